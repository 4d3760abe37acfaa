"""A demo issuer: invented members, coverage and claims in the layout of `docs/input_contract.md`."""

from hhs_hcc.synth.generate import SynthSummary, synthesize

__all__ = ["SynthSummary", "synthesize"]
