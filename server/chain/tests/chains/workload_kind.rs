//! Workloads are hardened as without a model; what it takes them for, their programs and the words stand beside.

use crate::scripted::Answer::{Dies, Says};
use crate::scripted::Scripted;
use crate::support::{Case, deployment, programs, record, text};
use leastwise_harden::{Kind, Task};

#[test]
fn a_workload_and_its_programs_are_looked_at() {
    let record = record(&programs(&[("/usr/bin/cart", ""), ("/bin/sh", "-c date")]));
    let manifests = deployment("cart");
    for task in [Task::Create, Task::Refine] {
        let backend = Scripted::new(&[Says("it is a web server"), Says("look at 1")]);
        let case = || Case::new(task, Kind::Workload, &manifests);
        let (proposal, advice) = case().run(&record, &backend);
        let exact = case().exact(&record);
        assert_eq!((text(&proposal), &proposal.statements), (text(&exact), &exact.statements));
        assert_eq!(advice.workloads[0].taken_for, "a web server");
        assert_eq!(advice.look[0].what, "\"/bin/sh\" in container \"cart\" as user 1000");
        let (same, _) = case().run(&record, &Scripted::new(&[Dies]));
        assert_eq!(text(&same), text(&exact));
    }
}
