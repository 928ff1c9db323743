use crate::data::Documents;
use crate::ledger::Ledger;
use crate::pairing::Paired;
use crate::power::Power;
use crate::reading::Reading;
use crate::{Aspect, Atom, Grant};
use leastwise_manifest::Resource;
use leastwise_yaml::Path;

/// Who is compared: the subject of every atom that is found.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// The object, as each side calls it.
    pub(crate) resources: Sides<Resource>,
    /// The container, where it is one's own.
    pub(crate) container: Option<String>,
}

/// What stands on one side of a comparison of aspects, or on both.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sides<R> {
    pub(crate) before: Option<R>,
    pub(crate) after: Option<R>,
}

impl<R> Sides<R> {
    pub(crate) fn both(before: R, after: R) -> Self {
        Self { before: Some(before), after: Some(after) }
    }

    pub(crate) fn are_both(&self) -> bool {
        self.before.is_some() && self.after.is_some()
    }

    /// What is made of each side with its partner in `others`, where both are there.
    pub(crate) fn zip<'o, O, S>(&self, others: &'o Sides<O>, join: impl Fn(&R, &'o O) -> S) -> Sides<S> {
        let both = |one: &Option<R>, other: &'o Option<O>| Some(join(one.as_ref()?, other.as_ref()?));
        Sides { before: both(&self.before, &others.before), after: both(&self.after, &others.after) }
    }

    /// What a reader makes of each side.
    pub(crate) fn map<S>(&self, read: impl Fn(&R) -> S) -> Sides<S> {
        Sides { before: self.before.as_ref().map(&read), after: self.after.as_ref().map(&read) }
    }

    /// What a reader makes of each side, where it makes something of it.
    pub(crate) fn filter_map<S>(&self, read: impl Fn(&R) -> Option<S>) -> Sides<S> {
        Sides { before: self.before.as_ref().and_then(&read), after: self.after.as_ref().and_then(&read) }
    }
}

impl<R> From<Paired<R>> for Sides<R> {
    fn from(paired: Paired<R>) -> Self {
        match paired {
            Paired::Both(before, after) => Self::both(before, after),
            Paired::Before(before) => Self { before: Some(before), after: None },
            Paired::After(after) => Self { before: None, after: Some(after) },
        }
    }
}

/// A direction in which privilege was found to differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) gained: bool,
    pub(crate) lost: bool,
}

/// Compares the aspects of one subject and writes down what it finds.
#[derive(Debug)]
pub(crate) struct Judge<'j, 'd> {
    pub(crate) ledger: &'j mut Ledger,
    /// `None` where the subject stands on one side only.
    pub(crate) documents: Option<&'j Documents<'d>>,
    pub(crate) subject: Subject,
}

impl<'d> Judge<'_, 'd> {
    /// Compares one aspect.
    pub(crate) fn aspect<T: Power>(&mut self, aspect: Aspect, sides: Sides<Reading<'d, T>>) -> Moved {
        self.implied(aspect, sides, Moved::default())
    }

    /// Compares an aspect that follows from another which has `moved`: what is gained or lost in the same direction
    /// goes without saying.
    pub(crate) fn implied<T: Power>(
        &mut self,
        aspect: Aspect,
        sides: Sides<Reading<'d, T>>,
        moved: Moved,
    ) -> Moved {
        let Sides { before, after } = sides;
        let (known_before, known_after) = match (&before, &after) {
            (Some(before), Some(after)) => match (&before.value, &after.value) {
                (Some(known_before), Some(known_after)) => (Some(known_before), Some(known_after)),
                _ => {
                    self.hidden(aspect, before, after);
                    return Moved::default();
                }
            },
            // What is hidden of a subject that comes or goes does not change which of the two it does.
            (before, after) => (
                before.as_ref().and_then(|before| before.value.as_ref()),
                after.as_ref().and_then(|after| after.value.as_ref()),
            ),
        };
        let beyond = |one: Option<&T>, other: Option<&T>| match one {
            Some(one) if other.is_some() || !one.is_ordinary() => one.beyond(other),
            _ => Vec::new(),
        };
        let lost = beyond(known_before, known_after);
        let gained = beyond(known_after, known_before);
        let found = Moved { gained: !gained.is_empty(), lost: !lost.is_empty() };
        if let (Some(before), Some(after)) = (known_before, known_after)
            && let Some(assumption) = before.assumption(after).or(after.assumption(before))
        {
            self.ledger.assume(format!("{}: {assumption}", self.subject.title()));
        }
        if let (Some(after), false) = (&after, moved.gained) {
            let atoms = self.atoms(&self.subject.resources.after, aspect, gained, &after.path);
            self.ledger.gain(atoms);
        }
        if let (Some(before), false) = (&before, moved.lost) {
            let atoms = self.atoms(&self.subject.resources.before, aspect, lost, &before.path);
            self.ledger.lose(atoms);
        }
        found
    }

    /// Writes down that the subject is there on one side only, if so.
    pub(crate) fn existence(&mut self, paths: &Sides<Path>) {
        let resources = &self.subject.resources;
        let runs = || vec!["runs".to_owned()];
        match (&paths.before, &paths.after) {
            (Some(path), None) => {
                let atoms = self.atoms(&resources.before, Aspect::Existence, runs(), path);
                self.ledger.lose(atoms);
            }
            (None, Some(path)) => {
                let atoms = self.atoms(&resources.after, Aspect::Existence, runs(), path);
                self.ledger.gain(atoms);
            }
            _ => {}
        }
    }

    /// Where a value is hidden, it is the same as another that is read from the same fields. The least and the
    /// greatest value can be compared with what nobody knows.
    fn hidden<T: Power>(&mut self, aspect: Aspect, before: &Reading<'d, T>, after: &Reading<'d, T>) {
        if self.documents.is_some_and(|documents| before.same_inputs(after, documents)) {
            return;
        }
        let is = |reading: &Reading<'d, T>, test: fn(&T) -> bool| reading.value.as_ref().is_some_and(test);
        let no_gain = is(before, T::is_greatest) || is(after, T::is_least);
        let no_loss = is(before, T::is_least) || is(after, T::is_greatest);
        let why = format!("{} of {} cannot be known", aspect.title(), self.subject.title());
        self.ledger.hide(!no_gain, !no_loss, why);
    }

    fn atoms(
        &self,
        resource: &Option<Resource>,
        aspect: Aspect,
        phrases: Vec<String>,
        path: &Path,
    ) -> Vec<Atom> {
        let container = &self.subject.container;
        let grant = |what| Grant::PodSecurity { container: container.clone(), aspect, what };
        let resource = resource.clone().unwrap_or_default();
        let atom = |what| Atom { grant: grant(what), resource: resource.clone(), path: path.clone() };
        phrases.into_iter().map(atom).collect()
    }
}

impl Subject {
    /// The subject in words: `container "web" of Deployment shop/cart`.
    pub(crate) fn title(&self) -> String {
        let resource = self.resources.before.as_ref().or(self.resources.after.as_ref());
        let object = resource.map(title).unwrap_or_default();
        match &self.container {
            Some(container) => format!("container {container:?} of {object}"),
            None => object,
        }
    }
}

/// An object in words: `Deployment shop/cart`.
pub(crate) fn title(resource: &Resource) -> String {
    let name = resource.name.as_deref().unwrap_or("without a known name");
    match &resource.namespace {
        Some(namespace) => format!("{} {namespace}/{name}", resource.kind),
        None => format!("{} {name}", resource.kind),
    }
}
