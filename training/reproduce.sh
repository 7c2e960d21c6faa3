#!/bin/sh
# Train, tune, fit, export and measure the reader: training/reproduce.sh GOLD OUT [WEIGHTS]
# The same seeds and the same number of threads give the same weights on the same machine.
set -eu
gold=$1 out=$2 weights=${3:-matcher/justify/weights}
mkdir -p "$out"
python training/train.py --out "$out" --epochs 3 --seed 0 --threads 2 --dense a,b,c
tune() { OMP_NUM_THREADS=1 python training/tune.py --gold "$gold" --start "$out/reader.pt" --out "$out" --threads 1 --replay 1200 --seed 1 "$@"; }
names=$(ls "$gold" | grep -v README | paste -sd, -)
tune --rounds 0 --leave "$names"
for name in $(ls "$gold" | grep -v README); do tune --leave "$name"; done
tune
python training/export.py "$out/tuned.pt" "$weights"
python training/aggregate.py --gold "$gold" --readings "$out" --write "$weights"
python training/report.py --gold "$gold" --readings "$out" --out training/report.json
