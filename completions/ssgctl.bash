# Completion of ssgctl in bash.
source <(COMPLETE=bash ssgctl)
