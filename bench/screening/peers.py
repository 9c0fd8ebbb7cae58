"""What the peers need: Kafka Streams compiled by ECJ, which needs no JDK, and Quix Streams in its environment."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from deploy.local.kafka.jars import Jars, fetch_jars
from deploy.local.kafka.java import require_java
from deploy.local.layout import REPOSITORY

HOME = Path(__file__).parent / "java"
SOURCE = HOME / "Screening.java"
QUIX = REPOSITORY / ".venv-peers" / "bin" / "python"


def kafka_streams(cache: Path, folder: Path, say: Callable[[str], None]) -> tuple[Path, str]:
    """The Java runtime and the class path of the compiled peer. Raises StackError without a network."""
    java = require_java()
    jars = sorted(fetch_jars(cache, say, Jars("kafka-streams", HOME)).glob("*.jar"))
    classes = folder / "classes"
    classpath = ":".join(str(jar) for jar in jars)
    level = ("-source", "17", "-target", "17", "-proc:none", "-nowarn")
    compiler = (str(java.path), "-cp", classpath, "org.eclipse.jdt.internal.compiler.batch.Main", *level)
    done = subprocess.run(
        (*compiler, "-cp", classpath, "-d", str(classes), str(SOURCE)), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{SOURCE.name} does not compile:\n{done.stdout}{done.stderr}")
    return java.path, f"{classes}:{classpath}"
