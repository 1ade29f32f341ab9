"""After its context was compacted, the agent no longer knew what it knew."""

from .detection import Detection, found
from .run import Call, Run, Step

LABEL = "context_loss"
READS_AGAIN = 3


def detect(run: Run) -> Detection | None:
    """After a compaction three calls or more are made again that had succeeded before it with the same arguments,
    before any change of a file (0.6), or a user's answer given before it is asked for again (0.7): a question with
    the same words as one that was answered.

    The critical step is the compaction's first repetition; the compaction is evidence. Reading a file again once or
    twice after a compaction is how agents work and is not reported.
    """
    done: dict[tuple[str, str], Call] = {}
    asked: dict[tuple[str, ...], Step] = {}
    compaction: Step | None = None
    settled_calls: dict[tuple[str, str], Call] = {}
    settled_questions: dict[tuple[str, ...], Step] = {}
    again: list[int] = []
    question: tuple[tuple[str, ...], Step] | None = None
    for step in run.steps:
        if step.kind == "compaction":
            compaction, settled_calls, settled_questions, again = step, dict(done), dict(asked), []
            done, asked = {}, {}
        elif step.kind == "edit":
            settled_calls, done = {}, {}
        elif step.kind == "call" and step.call is not None:
            if compaction is not None and step.call.key in settled_calls:
                again.append(step.seq)
                if len(again) == READS_AGAIN:
                    text = "Does again, after the compaction, three calls that had succeeded before it."
                    return found(LABEL, 0.6, again[0], [compaction.seq, *again], text)
            if not step.call.broken:
                done[step.call.key] = step.call
        elif step.kind == "user" and question is not None:
            asked[question[0]] = question[1]
            question = None
        elif step.kind == "say" and step.text.rstrip().endswith("?"):
            words = tuple(step.text[-300:].lower().split())
            if compaction is not None and len(words) >= 3 and words in settled_questions:
                text = "Asks again, after the compaction, what the user had answered before it."
                return found(LABEL, 0.7, step.seq, [settled_questions[words].seq, compaction.seq], text)
            question = (words, step)
    return None
