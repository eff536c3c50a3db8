"""Runs a script in a copy of this machine that keeps nothing: a writable layer over the root file system, without a network.

Packages are installed in the layer while there is still a network. Nothing outside changes, and what listens cannot be reached.
Needs root, and overlayfs in the kernel.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent

# $0 is the interpreter; the arguments are the place for the layer, the repository, the packages in one word, and the script.
ENTER = r"""
set -e
layer=$1; repository=$2; packages=$3; shift 3
mount -t tmpfs tmpfs "$layer"
mkdir "$layer/upper" "$layer/work" "$layer/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$layer/upper,workdir=$layer/work" "$layer/root"
for place in /proc /dev /sys "$repository"; do
    mkdir -p "$layer/root$place"
    mount --rbind "$place" "$layer/root$place"
done
mount -t tmpfs tmpfs "$layer/root/tmp"
printf '#!/bin/sh\nexit 101\n' > "$layer/root/usr/sbin/policy-rc.d"
chmod 755 "$layer/root/usr/sbin/policy-rc.d"
if [ -n "$packages" ]; then
    chroot "$layer/root" sh -c "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
        --no-install-recommends install $packages" >"$layer/apt.log" 2>&1 || { cat "$layer/apt.log" >&2; exit 1; }
fi
cd "$layer/root"
exec unshare --net chroot . sh -c 'ip link set lo up && exec "$0" "$@"' "$0" "$@"
"""


def enter(packages, *arguments):
    """Runs this script again inside, with the packages installed; returns its exit code. Inside, returns `None`."""
    if os.environ.get("OVERLAY") == "yes":
        return None
    with tempfile.TemporaryDirectory(prefix="overlay-") as layer:
        script = [str(Path(sys.argv[0]).resolve()), *arguments]
        command = ["unshare", "--mount", "sh", "-c", ENTER, sys.executable, layer, str(REPOSITORY), " ".join(packages), *script]
        return subprocess.run(command, env={**os.environ, "OVERLAY": "yes"}).returncode
