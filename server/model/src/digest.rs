//! The SHA-256 of a file. A GGUF whose end was lost and filled with zeros loads and answers nonsense: only the digest tells.

use std::fmt::Write;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// The SHA-256 of all that can be read, in lower-case hexadecimal. Tells the bytes read so far after each piece of 1 MiB.
///
/// # Errors
///
/// When reading fails, or what `on_progress` returns as an error to stop.
pub fn sha256(
    mut input: impl Read,
    mut on_progress: impl FnMut(u64) -> io::Result<()>,
) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1024 * 1024];
    let mut done = 0;
    loop {
        let read = input.read(&mut buffer)?;
        if read == 0 {
            return Ok(hexadecimal(&hasher.finalize()));
        }
        hasher.update(&buffer[..read]);
        done += read as u64;
        on_progress(done)?;
    }
}

/// The SHA-256 of a text, in lower-case hexadecimal.
#[must_use]
pub fn sha256_of(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_the_standard_example() {
        // The example "abc" of FIPS 180-4.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_of(b"abc"), expected);
        assert_eq!(sha256(b"abc".as_slice(), |_| Ok(())).unwrap(), expected);
    }

    #[test]
    fn progress_can_stop_it() {
        let stopped = sha256(b"abc".as_slice(), |_| Err(io::Error::other("stop")));
        assert!(stopped.is_err());
    }
}
