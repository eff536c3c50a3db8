//! How sums of traffic of single accounts, hours and days are sorted into the lines of a report.

use std::cell::RefCell;
use std::ops::Range;

use foldhash::{HashMap, HashMapExt};

use crate::error::{Error, Result};
use crate::model::{AccountCode, HourTraffic, MessageState, ServiceCode, StateCounts, SystemId};
use crate::report::calendar::Period;
use crate::report::traffic_question::{TrafficGroup, MessageTotals, TrafficLine, TrafficQuestion};
use crate::store::{Snapshot, TrafficAccount, TrafficDetail, TrafficFilter, TrafficSpan, TrafficSum};

/// Up to so many accounts are looked up one by one; more than that, and all sums of a period are read.
pub(super) const FEW: usize = 100;

/// What lines are told apart by beside time and state: the number of an owner, and a country where that matters.
pub(super) type SumKey = (usize, [u8; 2]);

/// Sorts sums of single accounts into lines.
pub(super) struct Sorter {
    by: Vec<TrafficGroup>,
    /// For each account whose traffic is meant, the number of what lines are told apart by of it.
    owner_of: HashMap<i64, usize>,
    owners: Vec<Owner>,
    /// Whether every account is meant.
    has_all: bool,
    /// The accounts to look up; none when all sums are read.
    few: Option<Vec<i64>>,
    country: Option<[u8; 2]>,
    detail: TrafficDetail,
    hours: RefCell<DayAtHand>,
}

/// The hours of one day of UTC. They lie together in the database, and reports by hour ask for one after the other.
#[derive(Default)]
struct DayAtHand {
    day: Option<i32>,
    hours: Vec<HourTraffic>,
}

impl DayAtHand {
    /// Hands the sums of a range of hours to `each`, as [`Snapshot::traffic_sums`] does.
    fn sums(
        &mut self,
        snapshot: &Snapshot<'_>,
        range: &Range<i32>,
        detail: TrafficDetail,
        mut each: impl FnMut(TrafficSum) -> Result<()>,
    ) -> Result<()> {
        for day in range.start.div_euclid(24)..=(range.end - 1).div_euclid(24) {
            if self.day != Some(day) {
                self.day = None;
                self.hours.clear();
                snapshot.traffic_hours(day..day + 1, |sum| {
                    self.hours.push(sum);
                    Ok::<_, Error>(())
                })?;
                self.day = Some(day);
            }
            let begin = self.hours.partition_point(|sum| sum.hour < range.start);
            for HourTraffic { account_id, counts, parts, .. } in
                self.hours[begin..].iter().take_while(|sum| sum.hour < range.end)
            {
                let account_id = if detail == TrafficDetail::Total { 0 } else { *account_id };
                each(TrafficSum { account_id, counts: *counts, parts: *parts, share: None })?;
            }
        }
        Ok(())
    }
}

/// What lines are told apart by of an account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Owner {
    customer: Option<AccountCode>,
    system_id: Option<SystemId>,
    service: Option<ServiceCode>,
}

impl Sorter {
    /// `detail` is what is needed beside what tells lines apart.
    pub(super) fn new(snapshot: &Snapshot<'_>, question: &TrafficQuestion, detail: TrafficDetail) -> Result<Self> {
        let TrafficQuestion { by, filter, country, .. } = question;
        let has_all = *filter == TrafficFilter::default();
        let tells_accounts = [TrafficGroup::Customer, TrafficGroup::Account, TrafficGroup::Service].iter().any(|group| by.contains(group));
        let detail = match detail {
            _ if country.is_some() || by.contains(&TrafficGroup::Country) => TrafficDetail::Country,
            TrafficDetail::Account if has_all && !tells_accounts => TrafficDetail::Total,
            detail => detail,
        };
        if detail == TrafficDetail::Total {
            let owners = vec![Owner::default()];
            return Ok(Self {
                by: by.clone(),
                owner_of: HashMap::from_iter([(0, 0)]),
                owners,
                has_all,
                few: None,
                country: None,
                detail,
                hours: RefCell::default(),
            });
        }
        let accounts = snapshot.traffic_accounts(filter)?;
        let few = (!has_all && accounts.len() <= FEW).then(|| accounts.iter().map(|account| account.id).collect());
        let (mut owners, mut numbers) = (Vec::new(), HashMap::new());
        let mut owner_of = HashMap::with_capacity(accounts.len());
        for account in accounts {
            let id = account.id;
            let owner = owner(by, account);
            let number = *numbers.entry(owner.clone()).or_insert_with(|| {
                owners.push(owner);
                owners.len() - 1
            });
            owner_of.insert(id, number);
        }
        let country = country.as_ref().map(|country| code(country.as_str()));
        Ok(Self { by: by.clone(), owner_of, owners, has_all, few, country, detail, hours: RefCell::default() })
    }

    /// The lines of a period, in no order. There is none without messages.
    pub(super) fn lines_of(&self, snapshot: &Snapshot<'_>, period: Period) -> Result<Vec<TrafficLine>> {
        let mut found: HashMap<SumKey, MessageTotals> = HashMap::new();
        self.sort(snapshot, period, |key, sum| found.entry(key).or_default().add(&MessageTotals::from(sum)))?;
        let mut lines = Vec::with_capacity(found.len());
        for (key, sums) in found {
            let line = TrafficLine { sums, ..self.line(key) };
            if self.by.contains(&TrafficGroup::State) { lines.extend(by_state(&line)) } else { lines.push(line) }
        }
        Ok(lines)
    }

    /// Hands every sum of a period that is meant to `each`, with what lines are told apart by of it.
    pub(super) fn sort(
        &self,
        snapshot: &Snapshot<'_>,
        period: Period,
        mut each: impl FnMut(SumKey, &TrafficSum) -> Result<()>,
    ) -> Result<()> {
        let by_country = self.by.contains(&TrafficGroup::Country);
        let mut take = |sum: TrafficSum| {
            let Some(owner) = self.owner_of.get(&sum.account_id) else { return self.pass_over(sum.account_id) };
            let country = sum.share.map_or([0; 2], |share| share.country);
            if self.country.is_some_and(|wanted| wanted != country) {
                return Ok(());
            }
            each((*owner, if by_country { country } else { [0; 2] }), &sum)
        };
        for span in period.spans(self.detail) {
            match &span {
                TrafficSpan::Hours(hours) if self.few.is_none() => {
                    self.hours.borrow_mut().sums(snapshot, hours, self.detail, &mut take)?;
                }
                _ => snapshot.traffic_sums(&span, self.few.as_deref(), self.detail, &mut take)?,
            }
        }
        Ok(())
    }

    /// A line without messages.
    pub(super) fn line(&self, (owner, country): SumKey) -> TrafficLine {
        let Owner { customer, system_id, service } = self.owners[owner].clone();
        let country = std::str::from_utf8(&country).ok().and_then(|code| code.parse().ok());
        TrafficLine { customer, system_id, service, country, ..TrafficLine::default() }
    }

    /// Whose traffic is not meant is passed over; it is meant when everybody's is.
    fn pass_over(&self, account_id: i64) -> Result<()> {
        if self.has_all {
            return Err(Error::Damaged(format!(
                "there is traffic of an SMPP account {account_id}, which is not there"
            )));
        }
        Ok(())
    }
}

fn owner(by: &[TrafficGroup], account: TrafficAccount) -> Owner {
    let TrafficAccount { system_id, customer, service, .. } = account;
    let has = |group| by.contains(&group);
    Owner {
        // An account has one customer, so that naming it tells no more lines apart.
        customer: (has(TrafficGroup::Customer) || has(TrafficGroup::Account)).then_some(customer),
        system_id: has(TrafficGroup::Account).then_some(system_id),
        service: has(TrafficGroup::Service).then_some(service),
    }
}

/// A line for each state in which there are messages.
fn by_state(line: &TrafficLine) -> impl Iterator<Item = TrafficLine> {
    let present = MessageState::ALL.into_iter().filter(|state| line.sums.counts.of(*state) != 0);
    present.map(|state| {
        let mut counts = StateCounts::default();
        counts.add(state, line.sums.counts.of(state));
        TrafficLine { state: Some(state), sums: MessageTotals { counts, parts: 0 }, ..line.clone() }
    })
}

/// The two letters of a country's code.
fn code(country: &str) -> [u8; 2] {
    country.as_bytes().try_into().unwrap_or_default()
}
