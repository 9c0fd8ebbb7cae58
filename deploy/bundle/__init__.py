"""An archive that installs and runs Vigie where there is no network: `make bundle`, shown by `make bundle-test`.

It is the project at HEAD with a folder `bundle/` beside its files: the locks' wheels, Kafka's jars, the built pages,
the SBOM, a manifest (for which machine) and SHA256SUMS. The ordinary targets find that folder by themselves:
bootstrap.py the wheels, kafka/jars.py the jars, deploy/web the pages. Wheels are for one kind of machine and one
release of Python.
"""
