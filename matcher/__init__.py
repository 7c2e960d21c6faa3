"""From a folder of résumés and a posting to a ranked shortlist in which every verdict carries a quote."""

__version__ = "0.1.0"
