//! Completes arguments in the shell. Most candidates are names from the database.

pub(crate) mod records;

use std::ffi::OsStr;
use std::time::Duration;

use clap_complete::CompletionCandidate;
use ssgctl::Error;
use ssgctl::model::{Country, WordEnum};
use ssgctl::store::{
    ArchiveFilter, Clock, Location, Page, PlanFilter, PlanSort, ServiceFilter, ServiceSort, Snapshot, Store,
};

use crate::config::known::SETTINGS;
use crate::config::{FileArgs, FileUse, Settings};

/// Maximum number of names of a kind to offer.
const MAX_CANDIDATES: u64 = 200;

/// Countries, by code.
pub(crate) fn countries() -> Vec<CompletionCandidate> {
    Country::all().map(|country| CompletionCandidate::new(country.as_str()).help(Some(country.name().into()))).collect()
}

/// SMS credits and the current currencies.
pub(crate) fn units() -> Vec<CompletionCandidate> {
    ssgctl::model::units().map(|unit| CompletionCandidate::new(unit.code())).collect()
}

/// Time zones by their IANA names.
pub(crate) fn zones() -> Vec<CompletionCandidate> {
    jiff::tz::db().available().map(|zone| CompletionCandidate::new(zone.as_str().to_owned())).collect()
}

/// The words of an enum, such as the states of invoices.
pub(crate) fn words<W: WordEnum>() -> Vec<CompletionCandidate> {
    W::WORDS.iter().map(|word| CompletionCandidate::new(*word)).collect()
}

/// Settings of the configuration file.
pub(crate) fn settings() -> Vec<CompletionCandidate> {
    SETTINGS.iter().map(|setting| CompletionCandidate::new(*setting)).collect()
}

/// Customers whose account code starts with the typed text.
pub(crate) fn customers(typed: &OsStr) -> Vec<CompletionCandidate> {
    names(typed, |snapshot, typed, candidates| {
        snapshot
            .customers_from(typed, MAX_CANDIDATES, |code, organisation| candidates.push(candidate(code, organisation)))
    })
}

/// SMPP accounts whose system ID or short name starts with the typed text.
pub(crate) fn accounts(typed: &OsStr) -> Vec<CompletionCandidate> {
    names(typed, |snapshot, typed, candidates| {
        snapshot.account_names_from(typed, MAX_CANDIDATES, |name, customer| candidates.push(candidate(name, customer)))
    })
}

/// Services whose code starts with the typed text.
pub(crate) fn services(typed: &OsStr) -> Vec<CompletionCandidate> {
    names(typed, |snapshot, typed, candidates| {
        let page = Page::all(ServiceSort::Code);
        let filter = ServiceFilter { unit: None, search: Some(typed.to_owned()), page };
        snapshot
            .services(&filter, |service| offer(candidates, typed, service.code.as_str(), service.details.name.as_str()))
    })
}

/// Price plans whose code starts with the typed text.
pub(crate) fn plans(typed: &OsStr) -> Vec<CompletionCandidate> {
    names(typed, |snapshot, typed, candidates| {
        let page = Page::all(PlanSort::Code);
        let search = Some(typed.to_owned());
        let filter = PlanFilter { archive_filter: ArchiveFilter::All, unit: None, search, page };
        snapshot.plans(&filter, |plan| offer(candidates, typed, plan.code.as_str(), plan.details.name.as_str()))
    })
}

/// Price plans and SMPP accounts whose name starts with the typed text.
pub(crate) fn plans_and_accounts(typed: &OsStr) -> Vec<CompletionCandidate> {
    plans(typed).into_iter().chain(accounts(typed)).collect()
}

fn candidate(name: &str, help: &str) -> CompletionCandidate {
    CompletionCandidate::new(name).help(Some(help.to_owned().into()))
}

/// Adds a name if it starts with the typed text. An error ends the query once there are enough names.
fn offer(candidates: &mut Vec<CompletionCandidate>, typed: &str, name: &str, help: &str) -> ssgctl::Result<()> {
    if candidates.len() as u64 == MAX_CANDIDATES {
        return Err(Error::Refused("there are too many names to offer".to_owned()));
    }
    if name.get(..typed.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(typed)) {
        candidates.push(candidate(name, help));
    }
    Ok(())
}

/// Reads names from the database. Errors are ignored: a completion must not print anything into the command line.
fn names(
    typed: &OsStr,
    ask: impl FnOnce(&Snapshot<'_>, &str, &mut Vec<CompletionCandidate>) -> ssgctl::Result<()>,
) -> Vec<CompletionCandidate> {
    let mut candidates = Vec::new();
    if let (Some(typed), Some(mut store)) = (typed.to_str(), store())
        && let Ok(snapshot) = store.read()
    {
        // The error is the one of `offer`, which ends the query early.
        let _ = ask(&snapshot, typed, &mut candidates);
    }
    candidates
}

/// The settings that the command line names.
fn settings_of_line() -> Option<Settings> {
    Settings::load(&FileArgs::from_completion(std::env::args_os()), FileUse::Required).ok()
}

fn store() -> Option<Store> {
    let settings = settings_of_line()?;
    let path = settings.database().ok()?.to_owned();
    Store::open(&Location { path, create: false, wait: Duration::from_millis(100) }, Clock::System).ok()
}
