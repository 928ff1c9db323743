/// A value of a partial order: what may be done in one aspect.
///
/// `one` is no more than `other` when `one.beyond(Some(&other))` is empty. That relation is reflexive and
/// transitive, and two values that are no more than each other allow the same.
pub(crate) trait Power {
    /// What this allows and `other` does not, in words. `None` is a pod or container that is not there, which
    /// allows nothing.
    fn beyond(&self, other: Option<&Self>) -> Vec<String>;

    /// Whether this is what a pod that asks for nothing but confinement has as well: of one that comes or goes it
    /// need not be said.
    fn is_ordinary(&self) -> bool {
        false
    }

    /// What the comparison of these two takes for granted, if it goes further than the manifest says.
    fn assumption(&self, other: &Self) -> Option<&'static str> {
        let _ = other;
        None
    }

    /// Whether every other value is no more than this one.
    fn is_greatest(&self) -> bool {
        false
    }

    /// Whether this value is no more than every other.
    fn is_least(&self) -> bool {
        false
    }
}

/// [`Power::beyond`] for values that are ordered as a whole and have one phrase each.
pub(crate) fn phrase_beyond<T: PartialOrd>(
    one: &T,
    other: Option<&T>,
    phrase: impl FnOnce(&T) -> Option<String>,
) -> Vec<String> {
    match other {
        Some(other) if one <= other => Vec::new(),
        _ => phrase(one).into_iter().collect(),
    }
}

/// Something that is allowed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Switch {
    pub(crate) on: bool,
    /// What may be done when it is on.
    pub(crate) phrase: &'static str,
}

impl Power for Switch {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        let gained = self.on && !other.is_some_and(|other| other.on);
        gained.then(|| self.phrase.to_owned()).into_iter().collect()
    }

    fn is_greatest(&self) -> bool {
        self.on
    }

    fn is_least(&self) -> bool {
        !self.on
    }
}

/// A choice of which nobody knows whether one allows more than another: two are equal or incomparable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// `None`: nothing is chosen, which allows nothing of the kind.
    pub(crate) chosen: Option<String>,
    /// Whether it is chosen because nothing else was.
    pub(crate) by_default: bool,
    /// What the choice is of, as words before it.
    pub(crate) phrase: &'static str,
}

impl Power for Choice {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        match &self.chosen {
            Some(chosen) if other.is_none_or(|other| other.chosen != self.chosen) => {
                vec![format!("{} {chosen}", self.phrase)]
            }
            _ => Vec::new(),
        }
    }

    fn is_ordinary(&self) -> bool {
        self.by_default
    }

    fn is_least(&self) -> bool {
        self.chosen.is_none()
    }
}
