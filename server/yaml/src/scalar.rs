//! What a plain scalar means to Kubernetes: the rules of its own YAML reader, not those of YAML 1.2.
//!
//! Source: `sigs.k8s.io/yaml`, `goyaml.v2/resolve.go`.

/// The meaning of a scalar.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// Empty, `~` or `null`.
    Null,
    /// `true`, `yes`, `on`, `y` and their opposites, in the letter cases that the reader knows.
    Boolean(bool),
    /// Decimal, `0x`, `0b`, octal with a leading `0` or `0o`, and `_` between digits.
    Integer(i64),
    /// A number with a fraction or exponent, one too large for 64 bits, an infinity or `NaN`.
    Float(f64),
    /// Anything else.
    String,
}
