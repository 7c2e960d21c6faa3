#!/bin/sh
# Train, tune, extend, fit, export and measure the reader: training/reproduce.sh GOLD OUT [WEIGHTS]
# The same seeds and the same number of threads give the same weights on the same machine.
set -eu
gold=$1 out=$2 weights=${3:-matcher/justify/weights}
mkdir -p "$out"
export OMP_NUM_THREADS=1
python training/train.py --out "$out" --epochs 3 --seed 0 --threads 2 --dense a,b,c
names=$(ls "$gold" | grep -v README)
every=$(echo "$names" | paste -sd, -)
tune() { python training/tune.py --gold "$gold" --out "$out" --threads 1 --seed 1 "$@"; }
for name in $names; do tune --start "$out/reader.pt" --replay 1200 --leave "$name"; done
python training/extend.py --start "$out/reader.pt" --out "$out" --add $(for name in $names; do echo "$out/tuned-$name.pt"; done)
for name in $names; do tune --rounds 0 --start "$out/tuned-$name-extended.pt" --leave "$name" --suffix ""; done
tune --rounds 0 --start "$out/extended.pt" --leave "$every" --suffix untuned
tune --rounds 0 --start "$out/reader.pt" --leave "$every" --suffix first
python training/export.py "$out/shipped.pt" "$weights"
python training/aggregate.py --gold "$gold" --readings "$out" --write "$weights"
python training/report.py --gold "$gold" --readings "$out" --out training/report.json
