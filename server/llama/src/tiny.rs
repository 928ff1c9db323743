//! A small random model, so that tests need neither a download nor Python: a GGUF file of under half a megabyte with the llama
//! architecture, a vocabulary of single bytes, a chat template, and labels in its metadata. It says nonsense, always the same.

/// The vocabulary's special tokens in order: the end of a text, the two marks of the chat template, and some of no use, as every
/// vocabulary has them.
const SPECIAL: [&str; 7] = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|unused:0|>",
    "<|unused:1|>",
    "<|unused:2|>",
    "<|unused:3|>",
];
const CHAT_TEMPLATE: &str = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + \
                             '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

const EMBEDDING: u64 = 64;
const FEED_FORWARD: u64 = 128;
const HEADS: u64 = 4;
const KEY_VALUE_HEADS: u64 = 2;
const BLOCKS: u64 = 2;
const CONTEXT: u32 = 2048;

/// The bytes of a random model that can give these labels, each at any probability. Without labels it cannot tag.
#[must_use]
pub fn model(labels: &[&str]) -> Vec<u8> {
    model_of("llama", labels)
}

/// The same weights under another architecture.
#[must_use]
pub fn model_of(architecture: &str, labels: &[&str]) -> Vec<u8> {
    let tokens = tokens();
    let vocabulary = tokens.len() as u64;
    let mut file = Writer::default();
    file.text("general.architecture", architecture);
    file.text("general.name", "tiny random model");
    let key = |name: &str| format!("{architecture}.{name}");
    file.number(&key("context_length"), CONTEXT);
    file.number(&key("embedding_length"), EMBEDDING as u32);
    file.number(&key("block_count"), BLOCKS as u32);
    file.number(&key("feed_forward_length"), FEED_FORWARD as u32);
    file.number(&key("attention.head_count"), HEADS as u32);
    file.number(&key("attention.head_count_kv"), KEY_VALUE_HEADS as u32);
    file.number(&key("rope.dimension_count"), (EMBEDDING / HEADS) as u32);
    file.real(&key("attention.layer_norm_rms_epsilon"), 1e-5);
    file.text("tokenizer.ggml.model", "gpt2");
    file.text("tokenizer.ggml.pre", "smollm");
    file.texts("tokenizer.ggml.tokens", &tokens);
    // 3 is a control token, 1 a normal one.
    file.integers(
        "tokenizer.ggml.token_type",
        (0..tokens.len()).map(|index| if index < SPECIAL.len() { 3 } else { 1 }),
    );
    // Pairs that become one token, so that a token can stand for more than a byte.
    file.texts("tokenizer.ggml.merges", &["t h".to_owned(), "i n".to_owned(), "\u{120} \u{120}".to_owned()]);
    file.number("tokenizer.ggml.bos_token_id", 1);
    file.number("tokenizer.ggml.eos_token_id", 2);
    file.text("tokenizer.chat_template", CHAT_TEMPLATE);
    if !labels.is_empty() {
        // Of their own, so that the weights are the same with any labels.
        let mut random = Random(11);
        let width = EMBEDDING as usize;
        let mut numbers =
            |count: usize, size: f32| (0..count).map(|_| random.normal() * size).collect::<Vec<_>>();
        file.text("leastwise.labels", &labels_json(labels));
        file.reals(
            "leastwise.label_rows",
            &numbers(labels.len() * (width + 1), 1.0 / (EMBEDDING as f32).sqrt()),
        );
        file.reals("leastwise.state_mean", &numbers(width, 1.0));
        file.reals("leastwise.state_whitening", &numbers(width * width, 1.0 / (EMBEDDING as f32).sqrt()));
    }

    let mut random = Random(7);
    let key_value = EMBEDDING / HEADS * KEY_VALUE_HEADS;
    file.tensor("token_embd.weight", &[EMBEDDING, vocabulary], &mut random);
    file.norm("output_norm.weight", EMBEDDING);
    for block in 0..BLOCKS {
        let name = |part: &str| format!("blk.{block}.{part}.weight");
        file.norm(&name("attn_norm"), EMBEDDING);
        file.tensor(&name("attn_q"), &[EMBEDDING, EMBEDDING], &mut random);
        file.tensor(&name("attn_k"), &[EMBEDDING, key_value], &mut random);
        file.tensor(&name("attn_v"), &[EMBEDDING, key_value], &mut random);
        file.tensor(&name("attn_output"), &[EMBEDDING, EMBEDDING], &mut random);
        file.norm(&name("ffn_norm"), EMBEDDING);
        file.tensor(&name("ffn_gate"), &[EMBEDDING, FEED_FORWARD], &mut random);
        file.tensor(&name("ffn_up"), &[EMBEDDING, FEED_FORWARD], &mut random);
        file.tensor(&name("ffn_down"), &[FEED_FORWARD, EMBEDDING], &mut random);
    }
    file.finish()
}

/// The special tokens, all 256 bytes as a byte-level vocabulary writes them, and the merged pairs.
fn tokens() -> Vec<String> {
    let special = SPECIAL.iter().map(|&token| token.to_owned());
    let bytes = (0..=255).map(|byte| byte_character(byte).to_string());
    special.chain(bytes).chain(["th".to_owned(), "in".to_owned(), "\u{120}\u{120}".to_owned()]).collect()
}

/// The character that stands for a byte: itself if it can be printed, else one from U+0100 on, in order.
fn byte_character(byte: u8) -> char {
    let printable = |byte: u8| matches!(byte, 0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff);
    if printable(byte) {
        return char::from(byte);
    }
    let before = (0..byte).filter(|&byte| !printable(byte)).count() as u32;
    char::from_u32(0x100 + before).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// A threshold of 0 lets every label of every line be seen.
fn labels_json(labels: &[&str]) -> String {
    let entries: Vec<String> =
        labels.iter().map(|label| format!(r#"{{"name":"{label}","threshold":0}}"#)).collect();
    format!(r#"{{"labels":[{}]}}"#, entries.join(","))
}

/// Writes the format that <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md> describes, version 3.
#[derive(Default)]
struct Writer {
    entries: u64,
    metadata: Vec<u8>,
    tensors: u64,
    descriptions: Vec<u8>,
    data: Vec<u8>,
}

/// Numbers of value types in the format.
const UINT32: u32 = 4;
const INT32: u32 = 5;
const FLOAT32: u32 = 6;
const STRING: u32 = 8;
const ARRAY: u32 = 9;
/// The number of the tensor type of 32-bit numbers.
const F32: u32 = 0;
const ALIGNMENT: usize = 32;

impl Writer {
    fn key(&mut self, key: &str, kind: u32) {
        self.entries += 1;
        put_text(&mut self.metadata, key);
        self.metadata.extend(kind.to_le_bytes());
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key, STRING);
        put_text(&mut self.metadata, value);
    }

    fn number(&mut self, key: &str, value: u32) {
        self.key(key, UINT32);
        self.metadata.extend(value.to_le_bytes());
    }

    fn real(&mut self, key: &str, value: f32) {
        self.key(key, FLOAT32);
        self.metadata.extend(value.to_le_bytes());
    }

    fn texts(&mut self, key: &str, values: &[String]) {
        self.key(key, ARRAY);
        self.metadata.extend(STRING.to_le_bytes());
        self.metadata.extend((values.len() as u64).to_le_bytes());
        values.iter().for_each(|value| put_text(&mut self.metadata, value));
    }

    fn reals(&mut self, key: &str, values: &[f32]) {
        self.key(key, ARRAY);
        self.metadata.extend(FLOAT32.to_le_bytes());
        self.metadata.extend((values.len() as u64).to_le_bytes());
        values.iter().for_each(|value| self.metadata.extend(value.to_le_bytes()));
    }

    fn integers(&mut self, key: &str, values: impl ExactSizeIterator<Item = i32>) {
        self.key(key, ARRAY);
        self.metadata.extend(INT32.to_le_bytes());
        self.metadata.extend((values.len() as u64).to_le_bytes());
        values.for_each(|value| self.metadata.extend(value.to_le_bytes()));
    }

    fn describe(&mut self, name: &str, dimensions: &[u64]) {
        self.tensors += 1;
        put_text(&mut self.descriptions, name);
        self.descriptions.extend((dimensions.len() as u32).to_le_bytes());
        dimensions.iter().for_each(|dimension| self.descriptions.extend(dimension.to_le_bytes()));
        self.descriptions.extend(F32.to_le_bytes());
        self.descriptions.extend((self.data.len() as u64).to_le_bytes());
    }

    /// Random numbers whose products neither vanish nor explode: their variance is one over the number that is summed up.
    fn tensor(&mut self, name: &str, dimensions: &[u64], random: &mut Random) {
        self.describe(name, dimensions);
        let deviation = 1.0 / (dimensions[0] as f32).sqrt();
        for _ in 0..dimensions.iter().product() {
            self.data.extend((random.normal() * deviation).to_le_bytes());
        }
        pad(&mut self.data);
    }

    fn norm(&mut self, name: &str, length: u64) {
        self.describe(name, &[length]);
        (0..length).for_each(|_| self.data.extend(1.0_f32.to_le_bytes()));
        pad(&mut self.data);
    }

    fn finish(self) -> Vec<u8> {
        let mut file = b"GGUF".to_vec();
        file.extend(3_u32.to_le_bytes());
        file.extend(self.tensors.to_le_bytes());
        file.extend(self.entries.to_le_bytes());
        file.extend(self.metadata);
        file.extend(self.descriptions);
        pad(&mut file);
        file.extend(self.data);
        file
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
}

/// The generator SplitMix64, with a seed that never changes.
struct Random(u64);

impl Random {
    /// From 0 to 1.
    fn uniform(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        (bits >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Roughly normal, of mean 0 and variance 1.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.uniform()).sum::<f32>() - 6.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_small_and_always_the_same() {
        let file = model(&["a", "b"]);
        assert!(file.starts_with(b"GGUF\x03\0\0\0"));
        assert!(file.len() < 512 * 1024, "{}", file.len());
        assert_eq!(file, model(&["a", "b"]));
        assert_ne!(file, model(&["a", "c"]));
    }

    #[test]
    fn every_byte_has_a_character_of_its_own() {
        let characters: std::collections::HashSet<char> = (0..=255).map(byte_character).collect();
        assert_eq!(characters.len(), 256);
        // As every byte-level vocabulary writes a line feed, a space and a letter.
        assert_eq!([b'\n', b' ', b'a'].map(byte_character), ['\u{10a}', '\u{120}', 'a']);
    }
}
