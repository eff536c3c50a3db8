#!/bin/sh
# Makes the embedded faces anew from Debian's fonts-noto-core with fonttools (`pip install fonttools`):
#
#     src/formats/pdf/fonts/subset.sh /usr/share/fonts/truetype/noto
#
# They keep Latin (with Vietnamese), Greek, Cyrillic, punctuation, currencies and a few signs. Hints and layout features go, since a
# PDF is drawn without hints and the program draws character by character.
set -eu
from=$1
to=$(dirname "$0")
latin=0020-007E,00A0-024F,0259,02BB-02BC,02C6-02C7,02D8-02DD,1E00-1EFF
greek=0370-03FF
cyrillic=0400-052F
signs=2010-2027,2030-203A,2044,2070-2094,20A0-20BF,2103,2113,2116,2117,2120,2122,2126,2150-215F,2190-2193,2202,2206,220F,2211,2212,2215,2219,221A,221E,2248,2260,2264,2265,25A0,25CA,FFFD
for face in Regular Bold; do
    pyftsubset "$from/NotoSans-$face.ttf" --output-file="$to/NotoSans-$face.ttf" \
        --unicodes="$latin,$greek,$cyrillic,$signs" --no-hinting --desubroutinize --layout-features= \
        --notdef-outline --name-IDs='*' --name-languages=0x0409 --drop-tables+=GSUB,GPOS,GDEF,STAT,meta
done
