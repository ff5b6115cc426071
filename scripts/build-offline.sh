#!/bin/sh
# Builds the addons in the unpacked archive of `npm run bundle:offline`, against the libtorch that is found
# (DEEPLASIA_LIBTORCH names one). Arguments are CMake's, such as -DCMAKE_CXX_COMPILER=g++-12.
here=$(dirname "$(readlink -f "$0")")
PATH="$here/node/bin:$PATH"
export PATH
exec node "$here/scripts/build-offline.mjs" "$@"
