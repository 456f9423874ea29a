"""Presenter (stage 5) of the About page."""

from __future__ import annotations

from mlsysweb.show.results.page import Link
from solvers.taxonomy import DOMAINS, WALLS

from .page import AboutPage, DataSource, Domain, TableSize
from .project import Project

_TITLE = "Walls of ML systems"
_BIBTEX = """@software{{{name},
  author = {{{{{authors}}}}},
  title = {{{title}}},
  version = {{{version}}},
  year = {{{year}}},
  url = {{{url}}}
}}"""


def about_page(
    project: Project,
    tables: tuple[TableSize, ...],
    sources: tuple[DataSource, ...],
    tools: tuple[Link, ...],
    url: str,
) -> AboutPage:
    """Return the About page. `url` is the address of the site, for the citation."""
    names = {domain: ", ".join(w.name for w in WALLS if w.domain == domain) for domain in DOMAINS}
    author = project.authors[:1].upper() + project.authors[1:]
    return AboutPage(
        walls=len(WALLS),
        domains=tuple(Domain(words, names[domain]) for domain, words in DOMAINS.items()),
        tools=tools,
        tables=tables,
        sources=sources,
        licence=project.licence,
        citation=f"{author} ({project.year}). {_TITLE} (version {project.version}) [Computer software]. {url}",
        bibtex=_BIBTEX.format(
            name=project.name,
            authors=author,
            title=_TITLE,
            version=project.version,
            year=project.year,
            url=url,
        ),
    )
