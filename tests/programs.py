"""Programs of Debian's that tests run: nobody here wrote them."""

import shutil


def installed(name: str, package: str) -> str:
    """Its path. Raises RuntimeError that says what to install."""
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"Il manque {name} : apt-get install {package} / it is missing: apt-get install it")
    return found
