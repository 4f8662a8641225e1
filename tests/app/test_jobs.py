"""The jobs of a user, on the page."""

import pandas as pd
import pytest

from tests.app.visitor import (
    NEEDS_CHROMIUM,
    choose,
    downloaded,
    expect_text,
    tab,
    upload,
)
from tests.jobs import JOBS, make_models

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jobs")
    make_models(folder)
    return folder


def lines(pairs):
    return "\n".join(f"{name}={value}" for name, value in pairs.items())


@pytest.mark.parametrize("name", JOBS)
def test_on_the_page(visit, folder, name):
    job, page = JOBS[name], visit()
    for model in reversed(job.models):  # the last one is chosen
        upload(page, "or upload a model", folder / f"{model}.sklmag")
        expect_text(page, f"{model}.sklmag is open")
    panel = tab(page, "Design")
    if job.models[1:]:
        others = [f"{model}.sklmag" for model in job.models[1:]]
        choose(page, "models of other tables", *others)
    if job.elements:
        choose(page, "elements", *job.elements, exact=True)
    for label, text in {
        "wanted properties": "\n".join(job.goals),
        "bounds": lines(job.bounds),
        "sums, ratios": "\n".join(job.constraints),
        "prices": lines(job.prices),
    }.items():
        panel.get_by_label(label).fill(text)
    if job.front:
        page.get_by_text("best compromises of two objectives").click()
    panel.get_by_role("button", name="Design", exact=True).click()
    job.check(pd.read_csv(downloaded(page, "Download CSV")))
    if job.remark:
        expect_text(page, job.remark)
    if not job.front:
        assert "<h1>Design</h1>" in downloaded(page, "Report").read_text()
