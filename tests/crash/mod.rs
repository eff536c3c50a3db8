//! Killed or failing at any state-changing system call, the program loses nothing and does nothing twice.

mod adjustment;
mod commands;
mod delivered;
mod files;
mod import;
mod invoice;
mod reprice;
mod soak;
