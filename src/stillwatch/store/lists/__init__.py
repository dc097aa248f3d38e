"""Public lists that come with the package; their sources and licences are in README.md beside this file."""

from importlib.resources import files


def disposable_domains() -> frozenset[str]:
    """E-mail domains that give out throw-away addresses."""
    text = files(__name__).joinpath("disposable_email_domains.txt").read_text(encoding="utf-8")
    return frozenset(text.split())
