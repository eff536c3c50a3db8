//! What tests share: a temporary database ([`fixture`]), the program in a home folder of its own ([`cli`]), and servers on loopback.

pub mod authority;
pub mod billing;
pub mod cli;
pub mod desired_state;
pub mod fixture;
pub mod import_graph;
pub mod imports;
pub mod inputs;
pub mod invoice_copies;
pub mod mail;
pub mod mail_server;
pub mod node_smpp;
pub mod pdf_text;
pub mod smsc;
pub mod strace;
pub mod traffic;
