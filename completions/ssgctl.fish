# Completion of ssgctl in fish.
COMPLETE=fish ssgctl | source
