//! Probes bind to gateways that accept, refuse, hang, send nonsense or hang up, with and without TLS, and to one of another make.

mod faults;
mod peer;
mod probe;
mod reasons;
mod sweep;
