//! What prices the messages of a customer or an SMPP account: its overlay and its service now, and what is planned for later.

use std::fmt;

use crate::error::Result;
use crate::model::{
    Customer, Effective, OverlayOwner, PlanCode, PriceDestination, PriceRow, Service, SmppAccount, Time, Timeline,
    second_of, time_of,
};
use crate::store::Snapshot;

/// What prices the messages of an SMPP account.
#[derive(Debug)]
pub struct AccountPricing {
    pub service: Service,
    pub overlay: Option<PlanCode>,
    pub customer_overlay: Option<PlanCode>,
    /// What is planned, in the order of time.
    pub planned: Vec<PlannedChange>,
}

/// What prices the messages of a customer's accounts before their services do.
#[derive(Debug)]
pub struct CustomerPricing {
    pub overlay: Option<PlanCode>,
    /// What is planned, in the order of time.
    pub planned: Vec<PlannedChange>,
}

/// A change that was recorded and does not count yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedChange {
    pub from: Time,
    /// What is in force from then on, such as `service premium`.
    pub what: String,
}

impl fmt::Display for PlannedChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from {} UTC: {}", self.from.for_reading(), self.what)
    }
}

/// Reads what prices the messages of an account.
pub fn account_pricing(snapshot: &Snapshot<'_>, account: &SmppAccount) -> Result<AccountPricing> {
    let service = snapshot.service(account.details.service.as_str())?;
    let services = later(snapshot, snapshot.account_services(account.id)?, |id| {
        Ok(format!("service {}", snapshot.service_of(id)?.code))
    })?;
    let plans = later(snapshot, snapshot.service_plans(service.id)?, |id| {
        Ok(format!("plan {} of service {}", snapshot.plan_of(id)?.code, service.code))
    })?;
    let (overlay, overlays) = overlays_of(snapshot, OverlayOwner::Account(account.id), "overlay")?;
    let of_customer = OverlayOwner::Customer(account.customer_id);
    let (customer_overlay, customer_overlays) = overlays_of(snapshot, of_customer, "overlay of the customer")?;
    let mut planned = [services, plans, overlays, customer_overlays].concat();
    planned.sort_by_key(|planned| planned.from);
    Ok(AccountPricing { service, overlay, customer_overlay, planned })
}

/// Reads what prices the messages of a customer's accounts.
pub fn customer_pricing(snapshot: &Snapshot<'_>, customer: &Customer) -> Result<CustomerPricing> {
    let (overlay, planned) = overlays_of(snapshot, OverlayOwner::Customer(customer.id), "overlay")?;
    Ok(CustomerPricing { overlay, planned })
}

/// A service, with what is planned for it.
#[derive(Debug)]
pub struct ServiceOutlook {
    pub service: Service,
    /// In the order of time: other plans, and other default prices of the plan that it has then.
    pub planned: Vec<PlannedChange>,
}

/// Reads what is planned for a service.
pub fn service_outlook(snapshot: &Snapshot<'_>, service: Service) -> Result<ServiceOutlook> {
    let rows = snapshot.service_plans(service.id)?;
    let mut planned = later(snapshot, rows.clone(), |id| Ok(format!("plan {}", snapshot.plan_of(id)?.code)))?;
    let plans = Timeline::new(rows);
    for from in plans.starts() {
        let (Some(id), until) = (plans.at(from), plans.next_start(from)) else { continue };
        let is_then = |second| second > from && until.is_none_or(|until| second < until);
        let prices = PriceRow::timeline(snapshot.price_rows_of(*id, &PriceDestination::Default)?);
        let now = second_of(Some(snapshot.at()));
        for start in prices.starts().filter(|start| *start > now && is_then(*start)) {
            let price = prices.at(start).and_then(|row| row.price);
            let what = price
                .map_or_else(|| "no default price".to_owned(), |price| format!("price {}", service.unit.format(price)));
            planned.extend(time_of(start).map(|from| PlannedChange { from, what }));
        }
    }
    planned.sort_by_key(|planned| planned.from);
    Ok(ServiceOutlook { service, planned })
}

/// The overlay in force, and those that are planned.
fn overlays_of(
    snapshot: &Snapshot<'_>,
    owner: OverlayOwner,
    name: &str,
) -> Result<(Option<PlanCode>, Vec<PlannedChange>)> {
    let rows = snapshot.overlays(owner)?;
    let now = Timeline::new(rows.clone()).at(second_of(Some(snapshot.at()))).copied().flatten();
    let planned = later(snapshot, rows, |plan| {
        Ok(match plan {
            Some(id) => format!("{name} {}", snapshot.plan_of(id)?.code),
            None => format!("no {name}"),
        })
    })?;
    Ok((now.map(|id| snapshot.plan_of(id)).transpose()?.map(|plan| plan.code), planned))
}

/// What counts later than now.
fn later<T: Copy>(
    snapshot: &Snapshot<'_>,
    rows: Vec<Effective<T>>,
    what: impl Fn(T) -> Result<String>,
) -> Result<Vec<PlannedChange>> {
    let now = second_of(Some(snapshot.at()));
    let timeline = Timeline::new(rows);
    let starts = timeline.starts().filter(|start| *start > now);
    let planned = starts.filter_map(|start| Some((time_of(start)?, *timeline.at(start)?)));
    planned.map(|(from, value)| Ok(PlannedChange { from, what: what(value)? })).collect()
}
