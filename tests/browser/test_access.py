"""axe-core's rules of accessible pages: no serious or critical fault."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from reading import open_all, switch


def faults(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']} ({fault['impact']}): {node['target']} {node['html'][:120]}"
        for fault in found
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"][:3]
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_report_is_accessible(browser, sample, width: int, language: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, bypass_csp=True)
    page = context.new_page()
    page.goto((sample / "reports/default/index.html").as_uri())
    switch(page, language)
    open_all(page)
    found = faults(page)
    context.close()
    assert found == []
