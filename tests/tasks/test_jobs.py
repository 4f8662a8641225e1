"""The jobs of a user, in Python and on the command line."""

import io
import warnings

import pandas as pd
import pytest

from sklmag.cli import main
from sklmag.design._goals import bounds_of
from sklmag.tasks import design, design_report, open_any
from tests.jobs import JOBS, make_models


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    make_models(folder)
    return folder


@pytest.fixture(params=JOBS, ids=[name.replace(" ", "_") for name in JOBS])
def job(request):
    return JOBS[request.param]


def test_in_python(job, folder):
    models = [open_any(folder / f"{name}.sklmag") for name in job.models]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = design(
            models,
            job.goals,
            elements=job.elements,
            bounds=bounds_of([f"{n}={v}" for n, v in job.bounds.items()]),
            constraints=job.constraints,
            prices=job.prices or None,
            pareto=job.front,
            n_candidates=20 if job.front else 2,
        )
    job.check(found)
    told = [str(one.message) for one in caught]
    assert not job.remark or any(job.remark in text for text in told)
    if not job.front:  # the report, which is handed over
        page = design_report(models, job.goals, found, remarks=told)
        assert all(goal.split()[0] in page for goal in job.goals)


def test_on_the_command_line(job, folder, tmp_path, capsys):
    words = [w for n in job.models for w in ("--model", str(folder / f"{n}.sklmag"))]
    if job.front:
        words += ["--pareto", ",".join(goal.split()[1] for goal in job.goals)]
    else:
        words += [word for goal in job.goals for word in ("--target", goal)]
        words += ["--report", str(tmp_path / "report.html")]
    words += ["--elements", ",".join(job.elements)] if job.elements else []
    words += [w for n, v in job.bounds.items() for w in ("--bounds", f"{n}={v}")]
    words += [word for limit in job.constraints for word in ("--constraint", limit)]
    if job.prices:
        prices = pd.Series(job.prices, name="price").rename_axis("element")
        prices.to_csv(tmp_path / "prices.csv")
        words += ["--prices", str(tmp_path / "prices.csv")]
    assert main(["design", *words, "-n", "20" if job.front else "2"]) == 0
    told = capsys.readouterr()
    job.check(pd.read_csv(io.StringIO(told.out)))
    assert job.remark in told.err
    if not job.front:
        assert "<h1>Design</h1>" in (tmp_path / "report.html").read_text()
