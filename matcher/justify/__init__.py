"""From a blind view and criteria to checked verdicts with quotes."""

from matcher.justify.checks import copied_from
from matcher.justify.evidence import EvidenceJudge
from matcher.justify.judge import Correctable, Judge
from matcher.justify.model import ModelJudge, ModelVerifier
from matcher.justify.running import justify_all
from matcher.justify.stage import AsSecond, SecondReader, flip_rates, justify, unread

__all__ = [
    "AsSecond",
    "Correctable",
    "EvidenceJudge",
    "Judge",
    "ModelJudge",
    "ModelVerifier",
    "SecondReader",
    "copied_from",
    "flip_rates",
    "justify",
    "justify_all",
    "unread",
]
