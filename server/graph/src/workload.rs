use leastwise_manifest::{Object, pod_specs};
use leastwise_privilege::Applied;
use std::fmt;
use std::str::FromStr;

/// The name of a workload, written `shop/Deployment/cart`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Workload {
    /// Its namespace.
    pub namespace: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// The workloads among the objects, in order.
pub fn workloads(applied: Applied<'_, '_>) -> Vec<Workload> {
    let mut all: Vec<_> = applied.objects.iter().filter_map(|object| named(applied, object)).collect();
    all.dedup();
    all
}

fn named(applied: Applied<'_, '_>, object: &Object<'_>) -> Option<Workload> {
    let (kind, name) = (object.kind()?.to_owned(), object.name()?.to_owned());
    (!pod_specs(object).is_empty()).then(|| Workload { namespace: applied.home(object), kind, name })
}

impl Workload {
    /// The object; of several that are called so the last, which is the one a cluster has.
    pub(crate) fn find<'d>(&self, applied: Applied<'_, 'd>) -> Option<Object<'d>> {
        applied.objects.iter().rfind(|object| named(applied, object).as_ref() == Some(self)).cloned()
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.namespace, self.kind, self.name)
    }
}

impl FromStr for Workload {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split('/').collect::<Vec<_>>()[..] {
            [namespace, kind, name] => {
                let [namespace, kind, name] = [namespace, kind, name].map(str::to_owned);
                Ok(Self { namespace, kind, name })
            }
            _ => Err("a workload is written NAMESPACE/KIND/NAME"),
        }
    }
}
