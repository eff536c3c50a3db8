//! The contract with scripts: what the real program prints, refuses, asks and keeps secret.

mod command_tree;
mod completion;
mod concurrency;
mod config;
mod cron;
mod customer_page;
mod dry_run;
mod environment;
mod failures;
mod far_dates;
mod files;
mod formats;
mod hostile_text;
mod last_step;
mod missing_database;
mod nested;
mod newcomers;
mod odd_arguments;
mod printed_lines;
mod prompts;
mod secrets;
mod streams;
mod tables;
mod terminal;
mod values;
mod wizard;
