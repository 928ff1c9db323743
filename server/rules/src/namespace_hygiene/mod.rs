pub(crate) static RULES: &[&crate::Rule] = &[];
