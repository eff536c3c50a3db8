"""Installs a package of ssgctl, tries what it brings, and removes it, in a layer that ends with the script.

    cargo deb --profile dist    # or --no-build, with a program in target/release
    python3 tests/peers/packages.py target/debian/ssgctl_*.deb
    cargo generate-rpm --profile dist
    python3 tests/peers/packages.py target/generate-rpm/ssgctl-*.rpm

Needs root and Debian's apt.
"""

import os
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import overlay  # noqa: E402


def output(command):
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env={"PATH": os.environ["PATH"], "HOME": "/root", "TERM": "xterm"})
    return done.stdout + done.stderr


def check(holds, what, said=""):
    print(("ok    " if holds else "WRONG ") + what, flush=True)
    if not holds:
        sys.exit(said)


def has(command, words, what):
    said = output(command)
    check(all(word in said for word in words), what, f"{command}: {said}")


def main(package):
    is_rpm = package.endswith(".rpm")
    # What an RPM depends on has no RPMs on Debian.
    said = output(f"rpm -i --nodeps {package}" if is_rpm else f"dpkg -i {package}")
    check(Path("/usr/bin/ssgctl").exists(), "the package is installed", said)
    has("ssgctl version", ["ssgctl", "schema"], "the program runs")
    has("man -w ssgctl-balance-adjust", ["/usr/share/man/man1/ssgctl-balance-adjust.1"], "man finds its pages")
    has("man ssgctl-balance-adjust | cat", ["balance", "EXIT STATUS"], "and shows them")
    bash = ("bash -c '. /usr/share/bash-completion/bash_completion; _completion_loader ssgctl; complete -p ssgctl; "
            "COMP_WORDS=(ssgctl bal); COMP_CWORD=1; COMP_TYPE=9; COMP_LINE=\"ssgctl bal\"; COMP_POINT=10; "
            "F=$(complete -p ssgctl | sed \"s/.*-F \\([^ ]*\\).*/\\1/\"); $F ssgctl bal ssgctl; echo \"=${COMPREPLY[*]}\"'")
    has(bash, ["=balance"], "bash completes a command")
    # Where other distributions' zsh looks.
    fpath = "fpath+=/usr/share/zsh/site-functions;" if is_rpm else ""
    has(f"zsh -c '{fpath} autoload -U compinit && compinit -D && echo $_comps[ssgctl]'", ["ssgctl"], "zsh finds the completion")
    has("fish -c 'complete -C \"ssgctl bal\"'", ["balance"], "fish completes a command")
    said = output("rpm -e ssgctl" if is_rpm else "dpkg -r ssgctl")
    check(not Path("/usr/bin/ssgctl").exists(), "it is removed", said)
    # cargo-generate-rpm 0.21 cannot list folders, so the empty ones stay.
    kind = "-not -type d" if is_rpm else ""
    left = output(f"find /usr /etc -xdev {kind} -path '*ssgctl*' -not -path '/usr/src/*' 2>/dev/null").strip()
    check(not left, "and leaves nothing", left)


package = str(Path(sys.argv[1]).resolve())
if os.environ.get("OVERLAY") == "yes":
    main(package)
else:
    sys.exit(overlay.enter(["bash-completion", "zsh", "fish", "man-db", "rpm"], package))
