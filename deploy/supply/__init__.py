"""What Vigie is made of besides its own code: dependencies of the locks, their licences, known holes, and the SBOM.

Works from the committed locks alone, so that the answer is the same on every machine; it installs and fetches nothing.
`python -m deploy.supply licences | check | sbom` runs in .venv-tools, `python -m deploy.supply.audit` in .venv.
"""
