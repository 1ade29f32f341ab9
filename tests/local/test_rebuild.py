"""`wakeline rebuild`: the rows that it makes are those that were there."""

from pathlib import Path

from local import seeds
from local.cli import main
from local.stack import run
from tests.factories import batch, llm_call, make_trace, message
from wakeline import wiring
from wakeline.adapters import aws
from wakeline.services import ledger, rollups
from wakeline.wiring import stats

TEMPLATE = Path(__file__).parents[2] / "template.yaml"


def rows():
    store = stats.rollups()
    return dict(store.all_rows("ws_1", store.generations("ws_1").read))


def test_rows_are_the_same_after_it(tmp_path, capsys):
    def opened():
        aws.client.cache_clear()
        return run(TEMPLATE, parameters=seeds.parameters("unlimited"), data=tmp_path)

    with opened():
        for trace_id in ("a", "b"):
            wiring.ledger().create(make_trace(trace_id, cwd=f"/home/ann/{trace_id} #1"))
            ledger.append(wiring.ledger(), wiring.env(), "ws_1", trace_id, batch(message("fix it"), llm_call()))
        rollups.roll(stats.rollups(), wiring.ledger(), wiring.price(), wiring.env(), "ws_1", ["a", "b"])
        before = rows()
        assert len(before) > 4
    aws.client.cache_clear()
    assert main(["rebuild", "ws_1", "--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "2 traces counted\n2 documents in the search index\n"
    with opened():
        assert rows() == before
        assert stats.rollups().generations("ws_1").read == 1
    aws.client.cache_clear()
