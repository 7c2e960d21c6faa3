#!/bin/sh
# Train, export and measure the tagger of the blind view: training/reproduce_tagger.sh OUT [WEIGHTS]
# The same seeds and the same number of threads give the same weights on the same machine.
set -eu
out=$1 weights=${2:-matcher/blind/weights}
export OMP_NUM_THREADS=2
rounds="round1a.toml round1b.toml round2.toml round3.toml"
python training/tag_train.py --out "$out/first" --epochs 3 --rounds $rounds
rounds="$rounds round4.toml round5.toml"
python training/tag_train.py --start "$out/first/tagger.pt" --out "$out/second" --epochs 2 --rate 6e-5 --rounds $rounds
python training/tag_train.py --start "$out/second/tagger.pt" --out "$out" --epochs 1 --rate 6e-5 --seed 1 \
  --rounds $rounds round6.toml
python training/tag_export.py "$out/tagger.pt" "$weights"
python -m benchmarks.blind
