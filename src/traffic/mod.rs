//! Imports traffic files. A file is read once, by several threads if it is large: all its faults are found, and its rows are
//! staged in a temporary file, before anything is written to the database. Then the staged rows are written in batches, each in
//! a transaction of its own, and the charges are posted.
//!
//! A message is identified by its day of submission, its ID and its account, so the same file can be imported again, and files
//! can overlap, in any order. A killed import stays unfinished; importing the same file completes it.

mod account_index;
mod batch;
mod block;
mod charging;
mod close;
mod columns;
mod conflict_check;
mod dialects;
mod disputed_rows;
mod disputes;
mod duplicate_filter;
mod expire;
mod field;
mod id_pattern;
mod import_run;
mod merge;
mod parallel_reader;
mod parse_options;
mod prune;
mod receipts;
mod reconcile;
mod reprice;
mod request;
mod revert;
mod row_parser;
mod source;
mod staged_row;
mod staging;
mod state_words;
mod text_parts;
mod time_limits;
mod timestamps;
mod totals;
mod verify;
mod writer;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::thread;

use crate::error::{Error, Fault, InputError, Result, quoted};
use crate::formats::Quoting;
use crate::formats::rejects::Rejects;
use crate::model::{Import, ImportState, Manifest, Origin, PriceSource, TrafficTally, day_of};
use crate::store::{HelperConnection, Snapshot, Store};

use account_index::AccountIndex;
use staging::Staging;
use time_limits::TimeLimits;
use verify::{Inspection, inspect, of_file};
use writer::{ImportWriter, StagedFile};

pub use batch::{Batch, WritePlan};
pub use close::close;
pub use columns::UnreadColumn;
pub use dialects::{DIALECTS, TrafficDialect};
pub use expire::{ExpireAccounts, ExpireRequest, ExpiredBalance, expire};
pub use id_pattern::IdPattern;
pub use import_run::ImportRun;
pub use merge::{Comparison, Contradiction, compare};
pub use parse_options::ParseOptions;
pub use prune::{Pruned, forget_before, prune};
pub use reconcile::{ReconcileRequest, ReconciledFile, Reconciliation, reconcile};
pub use reprice::{RepriceAccounts, RepriceRequest, RepriceSummary, reprice};
pub use request::{ExpectedTotals, ImportProgress, ImportRequest, TrafficSummary};
pub use revert::revert;
pub use source::{Position, Source};

/// How many rows are written together as a rule: enough that they are written in order, and few enough that others soon get
/// their turn.
pub const BATCH: usize = 250_000;

/// The number of days after which messages count as old.
const YEAR: i64 = 366;

/// Imports a file, or goes on with its import where that was interrupted. Nobody else imports meanwhile.
///
/// # Errors
/// [`Error::Rows`] with everything that is wrong with the file, before anything is written.
pub fn import(
    store: &mut Store,
    origin: &Origin,
    request: &ImportRequest,
    rejects: Option<&mut dyn Write>,
    watch: &mut dyn ImportProgress,
) -> Result<TrafficSummary> {
    let _lock = store.lock_imports()?;
    let staging = Staging::next_to(store.path());
    let now = store.now().timestamp().as_second();
    let mut writer = store.bulk_writer()?;
    let helper = writer.helper();
    watch.begin("looking");
    let snapshot = writer.read()?;
    let limits = TimeLimits::at(now, snapshot.pruned_before()?);
    let header = request.open_rows(limits).map_err(of_file)?;
    let (dialect, columns, ignored_columns) =
        (header.interpreter.dialect, header.columns().to_vec(), header.ignored.clone());
    drop(header);
    // Only a file of the same size can be one that is known: the bytes of others are hashed while its text is read.
    let may_be_known = snapshot.has_import_of_size(request.source.size())? || request.expected.sha256.is_some();
    let price_sources = snapshot.price_sources()?;
    let manifest = may_be_known.then(|| manifest(request, dialect, &price_sources)).transpose()?;
    let unfinished = match earlier_import(&snapshot, request, manifest.as_ref())? {
        Some(import) if import.state != ImportState::Unfinished => return Ok(repeated(&import, dialect)),
        unfinished => unfinished,
    };
    let account_index = account_index_of(&snapshot, request, unfinished.as_ref().zip(manifest.as_ref()))?;
    watch.begin("checking");
    let rejects = rejects.map(|output| Rejects::begin(output, &columns)).transpose()?;
    let (inspection, manifest) = look_through(
        &snapshot,
        (request, limits),
        (dialect, manifest, &price_sources),
        (account_index, staging, &helper),
        rejects,
        watch,
    )?;
    let rest = planned(&snapshot, request, manifest, unfinished.as_ref(), inspection)?;
    let met_naive_time = rest.met_naive_time;
    let resumed = unfinished.map(|import| ImportRun::resume(&snapshot, &import, Arc::clone(&rest.plan))).transpose()?;
    drop(snapshot);
    watch.begin("importing");
    let writing = ImportWriter { writer: &mut writer, origin, request, watch };
    let import = writing.run(resumed, rest)?;
    let has_old_messages = import.days.is_some_and(|(first, _)| i64::from(first) < now / 86_400 - YEAR);
    let summary = TrafficSummary::of(&import, dialect);
    Ok(TrafficSummary { met_naive_time, ignored_columns, has_old_messages, ..summary })
}

/// Reads the file, and at the same time computes its SHA-256 unless the manifest is known.
fn look_through(
    snapshot: &Snapshot<'_>,
    (request, limits): (&ImportRequest, TimeLimits),
    (dialect, manifest_if_known, price_sources): (&'static TrafficDialect, Option<Manifest>, &PriceSources),
    (account_index, staging, helper): (AccountIndex, Staging, &HelperConnection),
    mut rejects: Option<Rejects<&mut dyn Write>>,
    watch: &mut dyn ImportProgress,
) -> Result<(Inspection, Manifest)> {
    let (inspection, manifest) = thread::scope(|scope| {
        let manifest = match manifest_if_known {
            Some(manifest) => Ok(manifest),
            None => Err(scope.spawn(|| manifest(request, dialect, price_sources))),
        };
        let inspection =
            inspect(snapshot, (request, limits), (account_index, staging, helper), rejects.as_mut(), watch);
        let not_hashed = |_| Err(Error::Internal("the file was not hashed".to_owned()));
        (inspection, manifest.or_else(|thread| thread.join().unwrap_or_else(not_hashed)))
    });
    // What was read and what was hashed would be two different files, and the faults might be those of either.
    request.source.refuse_changed()?;
    let (inspection, manifest) = (inspection?, manifest?);
    rejects.map(Rejects::end).transpose()?;
    Ok((inspection, manifest))
}

/// What is to be done with the rows of a file.
fn planned(
    snapshot: &Snapshot<'_>,
    request: &ImportRequest,
    manifest: Manifest,
    unfinished: Option<&Import>,
    inspection: Inspection,
) -> Result<StagedFile> {
    let Inspection { account_index, known_days, repeats, nothing_new, met_naive_time, staging } = inspection;
    // What is in of an import that was interrupted is counted by rows, so the others are taken in row by row.
    let nothing_new = nothing_new.filter(|_| unfinished.is_none());
    let (accounts, prices) = (account_index.accounts(), account_index.prices().clone());
    let dialect_alone = (!request.allow_overlap).then_some(manifest.dialect.as_str());
    let own = unfinished.map(|import| import.id);
    if let Some((import, days)) = snapshot.overlapping_import(dialect_alone, own, &accounts)? {
        return Err(overlaps(snapshot, &import, days.account_price.account_id));
    }
    let version = Some(account_index.version());
    let plan = Arc::new(WritePlan::new(manifest, (accounts, prices, version), known_days, repeats));
    let done = unfinished.map_or(0, |import| import.tally.rows());
    Ok(StagedFile { plan, staging, done, nothing_new, met_naive_time })
}

/// The services whose messages do not cost the prices of files, by code.
type PriceSources = BTreeMap<String, PriceSource>;

/// Identifies the file and its import; reads the whole file for its SHA-256.
fn manifest(request: &ImportRequest, dialect: &TrafficDialect, price_sources: &PriceSources) -> Result<Manifest> {
    let sha256 = request.source.sha256()?;
    if request.expected.sha256.is_some_and(|expected| expected != sha256) {
        let message = format!("the SHA-256 of the file is {sha256}, another is expected");
        return Err(of_file(Fault::of_file(1, 1, InputError::CutOff, message)));
    }
    let options = &request.options;
    let words: serde_json::Map<_, _> =
        options.words.iter().map(|(word, state)| (word.clone(), state.as_str().into())).collect();
    let mut options = serde_json::json!({
        "timezone": options.zone.iana_name(),
        "account": options.account,
        "key_column": options.key_column,
        "id_column": options.id_column,
        "id_pattern": options.id_pattern.as_ref().map(ToString::to_string),
        "ignores_hex_case": options.ignores_hex_case,
        "quoting": options.quoting.map(Quoting::as_str),
        "words": words,
        "takes_any_word": options.takes_any_word,
        "ignores_prices": options.ignores_prices,
        "skip_invalid": request.skip_invalid,
    });
    // A resumed import must charge as it began.
    if !price_sources.is_empty() {
        let sources = price_sources.iter().map(|(code, source)| (code.clone(), source.as_str().into()));
        options["price_sources"] = serde_json::Value::Object(sources.collect());
    }
    Ok(Manifest {
        file: request.source.name.clone(),
        sha256,
        size: request.source.size(),
        dialect: dialect.name.to_owned(),
        options: options.to_string(),
        charging: request.charging,
    })
}

/// Whether an import has taken in every row of the same file, understood the same way.
fn is_complete(import: &Import, manifest: &Manifest) -> bool {
    import.state == ImportState::Finished
        && import.tally.refused == 0
        && (&import.manifest.dialect, &import.manifest.options) == (&manifest.dialect, &manifest.options)
}

/// The earlier import of the same file: one that has taken in all of it, else one that is unfinished.
fn earlier_import(
    snapshot: &Snapshot<'_>,
    request: &ImportRequest,
    manifest: Option<&Manifest>,
) -> Result<Option<Import>> {
    let Some(manifest) = manifest else { return Ok(None) };
    let mut earlier = snapshot.imports_of(manifest.sha256, manifest.size)?;
    if let Some(complete) = earlier.iter().position(|import| is_complete(import, manifest)) {
        return Ok(Some(earlier.swap_remove(complete)));
    }
    refuse_other_assignment(&earlier, manifest, request.options.override_account)?;
    Ok(earlier.into_iter().find(|import| import.state == ImportState::Unfinished))
}

/// The summary of a file that was imported before: all its messages are known.
fn repeated(import: &Import, dialect: &TrafficDialect) -> TrafficSummary {
    let TrafficTally { new, updated, duplicate, rejected, skipped, refused } = import.tally;
    let tally = TrafficTally { new: 0, updated: 0, duplicate: new + updated + duplicate, rejected, skipped, refused };
    let summary = TrafficSummary::of(import, dialect);
    TrafficSummary { tally, charges: Vec::new(), repeats: Some(import.id), ..summary }
}

/// Refuses a file that was imported for other accounts or with other message IDs: its messages would be charged once more.
fn refuse_other_assignment(earlier: &[Import], manifest: &Manifest, override_account: bool) -> Result<()> {
    let of = |options: &str| serde_json::from_str::<serde_json::Value>(options).unwrap_or_default();
    let wanted = of(&manifest.options);
    // Nothing is left of one that was reverted.
    let charged = |import: &&Import| !matches!(import.state, ImportState::Unfinished | ImportState::Reverted);
    for import in earlier.iter().filter(charged) {
        let before = of(&import.manifest.options);
        let differs = |names: &[&str]| names.iter().any(|name| before.get(*name) != wanted.get(*name));
        let (file, id) = (quoted(&manifest.file), import.id);
        if differs(&["id_column", "id_pattern", "ignores_hex_case"]) {
            return Err(Error::Refused(format!("{file} was imported before, as import {id}, with other message IDs")));
        }
        if differs(&["account", "key_column"]) && !override_account {
            return Err(Error::KnownFile { file: manifest.file.clone(), import: id });
        }
    }
    Ok(())
}

/// The accounts that a file may name: any, or those of its beginning if it is resumed.
fn account_index_of(
    snapshot: &Snapshot<'_>,
    request: &ImportRequest,
    unfinished: Option<(&Import, &Manifest)>,
) -> Result<AccountIndex> {
    let Some((import, manifest)) = unfinished else {
        return Ok(AccountIndex::new(snapshot.prices_version()?, request.charging));
    };
    let begun = &import.manifest;
    if (&begun.dialect, &begun.options, begun.charging) != (&manifest.dialect, &manifest.options, manifest.charging) {
        let message = format!(
            "import {} of this file is unfinished, and was begun with other options, or other price sources of services",
            import.id
        );
        return Err(Error::Refused(message));
    }
    AccountIndex::fixed(snapshot, import.id)
}

fn overlaps(snapshot: &Snapshot<'_>, import: &Import, account_id: i64) -> Error {
    let account = snapshot.system_id_of(account_id).unwrap_or_default();
    let (first, last) = import.days.map(|(first, last)| (day_of(first), day_of(last))).unwrap_or_default();
    let (id, file) = (import.id, quoted(&import.manifest.file));
    let why = match import.state {
        ImportState::Unfinished => "is unfinished".to_owned(),
        _ => format!("is of another kind, {}", import.manifest.dialect),
    };
    let account = quoted(account);
    Error::Refused(format!("import {id} of {file} {why}, and has messages of {account} from {first} to {last} too"))
}
