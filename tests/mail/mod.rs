//! Low-balance warnings by email, from the crossing to the mail server and its faults, with the real program.

mod accounts;
mod commands;
mod contrib;
mod crossings;
mod emails;
mod faults;
mod invoices;
mod prices;
mod programs;
mod real;
mod secrets;
