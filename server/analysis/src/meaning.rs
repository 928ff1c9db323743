//! What the model is taught to see and no rule decides: matters of sense. Each is said here once, for hovers, reports
//! and `leastwise explain`.

/// Something that only a reader of sense can tell. Settings and comments name it as they name a rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The model's label for it.
    pub id: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// What it looks like.
    pub summary: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// When it may stay.
    pub exception: &'static str,
    /// Rules that say the same where they can decide: on their lines it is not repeated.
    pub rules: &'static [&'static str],
    /// It is the key that is wrong, and not its value.
    pub is_about_key: bool,
}

/// The meaning that the model's label stands for; `None` for the id of a rule and for what is not known here.
pub fn meaning(id: &str) -> Option<&'static Meaning> {
    MEANINGS.iter().find(|meaning| meaning.id == id)
}

impl Meaning {
    /// The explanation in Markdown, under the headings that rules have.
    pub fn documentation(&self) -> String {
        let Self { summary, why, remedy, exception, .. } = self;
        format!(
            "{summary}\n\n## Why\n{why}\n\n## Fix\nBy hand: {remedy}\n\n## When it is fine\n{exception}\n\n\
             ## Who sees it\nThe local model, which was trained on manifests and can be wrong. No rule decides this."
        )
    }
}

/// Every meaning, in order of name.
pub static MEANINGS: [Meaning; 12] = [
    Meaning {
        id: "command-disables-verification",
        title: "Command turns verification off",
        summary: "A command fetches or connects without checking whom it talks to: certificates, host keys or \
                  signatures are ignored.",
        why: "Whoever sits between the pod and the other side can answer in its place, and what they send is run or \
              believed.",
        remedy: "put the authority's certificate or the host's key into the image or a mounted ConfigMap, and take \
                 the switch out.",
        exception: "Against a server on the same pod's loopback address, or in a test that has no certificates.",
        rules: &[],
        is_about_key: false,
    },
    Meaning {
        id: "command-downloads-and-executes",
        title: "Command runs what it has just downloaded",
        summary: "A command fetches a program or script from the network and runs it when the container starts.",
        why: "What runs is decided by whoever answers at that moment, not by the image that was reviewed and \
              scanned. It also fails when the other side is away.",
        remedy: "put the program into the image when that is built, and check it there by its digest.",
        exception: "In a throw-away job that does what the image build would do.",
        rules: &[],
        is_about_key: false,
    },
    Meaning {
        id: "command-escapes-to-host",
        title: "Command reaches out to the node",
        summary: "A command enters the namespaces or the file system of the node, talks to its container runtime, \
                  or otherwise leaves the container.",
        why: "What is done on the node is done with its rights: to every pod there, and with the node's own \
              credentials.",
        remedy: "find what the command needs of the node, and give the pod that alone, or run it on the node by the \
                 node's own means.",
        exception: "In agents whose whole purpose is to set nodes up, in a namespace of their own.",
        rules: &[],
        is_about_key: false,
    },
    Meaning {
        id: "command-makes-world-writable",
        title: "Command lets everyone write",
        summary: "A command gives every user the right to write to a file or folder, or sets files up so that new \
                  ones are.",
        why: "A process of lower rights in the container, or another container that mounts the same volume, can then \
              change programs and settings that others trust.",
        remedy: "give the files to the user or the group that needs them; `fsGroup` does so for volumes.",
        exception: "For a folder of temporary files with the sticky bit.",
        rules: &[],
        is_about_key: false,
    },
    Meaning {
        id: "command-mines-cryptocurrency",
        title: "Command mines cryptocurrency",
        summary: "A command, an argument or a setting belongs to a mining program or a mining pool.",
        why: "Few clusters mine on purpose. It is what intruders run first, and it shows that they could create pods.",
        remedy: "find out who wrote this. If it was nobody you know, treat the cluster as broken into.",
        exception: "Where mining is the purpose.",
        rules: &[],
        is_about_key: false,
    },
    Meaning {
        id: "command-opens-shell",
        title: "Command opens a shell to the network",
        summary: "A command connects a shell with a network connection, in either direction, or serves one.",
        why: "Whoever is at the other end can do all that the container can, and nothing records what they do.",
        remedy: "take it out; `kubectl exec` and `kubectl debug` do the same for those who may, and are audited.",
        exception: "In exercises that are about this.",
        rules: &["exec-probe-command-denied"],
        is_about_key: false,
    },
    Meaning {
        id: "command-sends-credentials-out",
        title: "Command sends credentials out",
        summary: "A command reads a token, a key or environment variables and sends them to another host.",
        why: "With the pod's credentials anyone can act in its name, from anywhere, for as long as they hold.",
        remedy: "take it out, and replace the credentials that it could read.",
        exception: "To the service that the credentials are for, over a connection that is verified.",
        rules: &[],
        is_about_key: false,
    },
    Meaning {
        id: "image-imitates-known-name",
        title: "Image is named like a known one",
        summary: "The name of an image, of its publisher or of its registry differs by a letter or two from one that \
                  everybody knows.",
        why: "Names like this are registered to be taken for the known one. Once pulled, such an image runs with all \
              that the pod may do.",
        remedy: "write the name as its publisher gives it, and pin the image by its digest.",
        exception: "When the name is really meant and you know who publishes it.",
        rules: &[],
        is_about_key: false,
    },
    Meaning {
        id: "role-grants-what-its-name-denies",
        title: "Role grants what its name denies",
        summary: "A role is called or described as narrow, such as a viewer's, and has a verb or resource that goes \
                  beyond that.",
        why: "Whoever binds it goes by its name, and grants what they never meant to.",
        remedy: "take the verb or the resource out, or call the role what it is.",
        exception: "When the verb changes nothing, as `create` does on reviews of access.",
        rules: &[],
        is_about_key: false,
    },
    Meaning {
        id: "secret-in-plain-text",
        title: "Secret in plain text",
        summary: "A value is, by its sense, a password, a token, a key or an address that holds one.",
        why: "Everyone who may read the object or the repository can read it, and the history of both keeps it.",
        remedy: "take the credential out of use, put a new one into a Secret that is not kept beside the manifest, \
                 and refer to it.",
        exception: "For throw-away credentials of tests, in clusters that come and go with them.",
        rules: &["secret-literal-in-environment", "credential-in-configmap"],
        is_about_key: false,
    },
    Meaning {
        id: "setting-misspelled",
        title: "Setting is misspelt",
        summary: "A key is nearly the name of a setting that makes the workload safer, and is none.",
        why: "The setting looks as if it were there. The API server drops or refuses what it does not know, and the \
              default holds, which is the weaker one.",
        remedy: "write the key as the API has it.",
        exception: "In custom resources that really have such a key.",
        rules: &["schema-violation"],
        is_about_key: true,
    },
    Meaning {
        id: "setting-without-effect",
        title: "Setting has no effect here",
        summary: "A setting stands at a level where nothing reads it.",
        why: "It looks like protection and is none: what it should set keeps its default.",
        remedy: "move it to where it is read, as a rule to the `securityContext` of each container or of the pod.",
        exception: "In custom resources whose controller reads it there.",
        rules: &["schema-violation"],
        is_about_key: true,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meanings_are_named_apart_from_rules_and_know_only_rules_that_exist() {
        assert!(MEANINGS.is_sorted_by_key(|meaning| meaning.id));
        for meaning in &MEANINGS {
            assert!(leastwise_rules::rule(meaning.id).is_none(), "{} is a rule", meaning.id);
            for id in meaning.rules {
                assert!(leastwise_rules::rule(id).is_some(), "{}: there is no rule {id}", meaning.id);
            }
        }
    }
}
