"""What a reader does to a report's page, and what a careful designer would measure on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > wide + 1) found.push(`page: ${document.documentElement.scrollWidth}`);
  const scrolls = (node) => {
    for (let up = node.parentElement; up; up = up.parentElement)
      if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(up).overflowX)) return true;
    return false;
  };
  for (const node of document.querySelectorAll('body *')) {
    const box = node.getBoundingClientRect();
    if (!box.width || !box.height || box.right < 0 || node.closest('svg') || node.closest('.skip')) continue;
    if ((box.right > wide + 1 || box.left < -1) && !scrolls(node))
      found.push(`${node.tagName}.${node.className}#${node.id}: ${Math.round(box.left)}-${Math.round(box.right)}`);
  }
  return found.slice(0, 10);
}"""
"""Elements that stand out of the page, unless a box around them scrolls or they are meant for readers' ears alone."""


def open_all(page: Page) -> None:
    """Unfold every part of the page."""
    page.evaluate("document.querySelectorAll('details').forEach((node) => { node.open = true; })")


def overflow(page: Page) -> list[str]:
    """What stands out of the page at its present width."""
    return page.evaluate(OVERFLOW)


def switch(page: Page, language: str) -> None:
    """Show the page in "zh" or "en", as a reader does."""
    page.locator(f".language button[lang^={language}]").click()


def seen_text(page: Page) -> str:
    """What a reader sees of the page's main part."""
    return page.locator("main").inner_text()
