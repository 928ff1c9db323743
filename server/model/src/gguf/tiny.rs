//! A base model and an adapter of a few numbers, for tests.

use super::super::digest::sha256_of;
use super::adapter::LINEAR;
use super::{Array, Metadata, TensorPlan, TensorType, Value, Writer, f32_to_f16, quantize_q8_0};

const WIDTH: u64 = 32;
const HIDDEN: u64 = 64;
pub(crate) const RANK: u64 = 3;
const LABELS: u64 = 2;
const LAYERS: u32 = 3;

/// The numbers in and out of a linear layer.
pub(crate) fn shape(part: &str) -> [u64; 2] {
    match part {
        "ffn_gate" | "ffn_up" => [WIDTH, HIDDEN],
        "ffn_down" => [HIDDEN, WIDTH],
        "attn_k" | "attn_v" => [WIDTH, WIDTH / 2],
        _ => [WIDTH, WIDTH],
    }
}

/// Numbers that do not repeat, of up to `size`, all of which sixteen bits can hold.
fn numbers(seed: usize, dimensions: &[u64], size: f32) -> Vec<f32> {
    let count = dimensions.iter().product::<u64>() as usize;
    (0..count).map(|index| (((index + 7) * (seed + 3) * 7919 % 255) as f32 - 127.0) / 128.0 * size).collect()
}

pub(crate) struct Contents {
    pub(crate) metadata: Metadata,
    pub(crate) tensors: Vec<(TensorPlan, Vec<u8>)>,
}

impl Contents {
    fn tensor(&mut self, name: &str, dimensions: &[u64], kind: TensorType, numbers: &[f32]) {
        let bytes = match kind {
            TensorType::F32 => numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
            TensorType::F16 => numbers.iter().flat_map(|&number| f32_to_f16(number).to_le_bytes()).collect(),
            _ => quantize_q8_0(numbers).unwrap(),
        };
        let plan = TensorPlan { name: name.to_owned(), dimensions: dimensions.to_vec(), kind };
        self.tensors.push((plan, bytes));
    }

    pub(crate) fn file(&self) -> Vec<u8> {
        let plans: Vec<TensorPlan> = self.tensors.iter().map(|(plan, _)| plan.clone()).collect();
        let mut writer = Writer::begin(Vec::new(), &self.metadata, &plans).unwrap();
        self.tensors.iter().for_each(|(_, bytes)| writer.tensor(bytes).unwrap());
        writer.finish().unwrap()
    }
}

/// A base model of three layers.
pub(crate) fn base() -> Contents {
    let mut metadata = Metadata::default();
    metadata.set("general.architecture", "llama");
    metadata.set("general.name", "a base");
    metadata.set("llama.block_count", Value::U32(LAYERS));
    metadata.set("llama.embedding_length", Value::U32(WIDTH as u32));
    metadata.set("general.file_type", Value::U32(1));
    metadata.set("tokenizer.chat_template", "{{ messages }}");
    metadata.set("tokenizer.ggml.tokens", Value::Array(Array::Text(vec!["a".to_owned(), "b".to_owned()])));
    let mut base = Contents { metadata, tensors: Vec::new() };
    base.tensor("token_embd.weight", &[WIDTH, 2], TensorType::Q8_0, &numbers(1, &[WIDTH, 2], 3.0));
    for layer in 0..LAYERS {
        for (part, seed) in LINEAR.iter().zip(10 * layer as usize..) {
            let name = format!("blk.{layer}.{part}.weight");
            base.tensor(&name, &shape(part), TensorType::F16, &numbers(seed, &shape(part), 1.0));
        }
        let norm = numbers(layer as usize, &[WIDTH], 2.0);
        base.tensor(&format!("blk.{layer}.attn_norm.weight"), &[WIDTH], TensorType::F32, &norm);
        base.tensor(&format!("blk.{layer}.ffn_norm.weight"), &[WIDTH], TensorType::F32, &norm);
    }
    base.tensor("output_norm.weight", &[WIDTH], TensorType::F32, &numbers(2, &[WIDTH], 1.0));
    base
}

pub(crate) const VARIANTS: &str = r#"[
    {"name": "default", "layers": 2, "labels": [
        {"name": "host-network", "threshold": 0.6, "scale": 1.25, "offset": -0.5},
        {"name": "secret-in-plain-text", "threshold": 0.7, "scale": 1.0, "offset": 0.0}]},
    {"name": "small", "layers": 1, "labels": [
        {"name": "a", "threshold": 0.5, "scale": 1.0, "offset": 0.0},
        {"name": "b", "threshold": 0.5, "scale": 1.0, "offset": 0.0}]}]"#;

/// An adapter for this base model that changes every layer it may.
pub(crate) fn adapter(base: &[u8]) -> Contents {
    let mut metadata = Metadata::default();
    metadata.set("general.type", "adapter");
    metadata.set("general.architecture", "llama");
    metadata.set("adapter.type", "leastwise-detector");
    metadata.set("adapter.lora.alpha", Value::F32(6.0));
    metadata.set("leastwise.base.sha256", sha256_of(base));
    metadata.set("leastwise.variants", VARIANTS);
    let mut adapter = Contents { metadata, tensors: Vec::new() };
    for layer in 0..2 {
        for (part, seed) in LINEAR.iter().zip(100 + 10 * layer..) {
            let name = format!("blk.{layer}.{part}.weight");
            let [input, output] = shape(part);
            let (a, b) = ([input, RANK], [RANK, output]);
            adapter.tensor(&format!("{name}.lora_a"), &a, TensorType::F16, &numbers(seed, &a, 0.5));
            adapter.tensor(&format!("{name}.lora_b"), &b, TensorType::F16, &numbers(seed + 50, &b, 0.25));
        }
    }
    for (variant, seed) in [("default", 200), ("small", 300)] {
        let mut add = |part: &str, shape: &[u64], kind, seed| {
            adapter.tensor(&format!("{variant}.{part}"), shape, kind, &numbers(seed, shape, 1.0));
        };
        add("output_norm.weight", &[WIDTH], TensorType::F32, seed);
        add("label_rows", &[WIDTH, LABELS], TensorType::F16, seed + 1);
        add("label_bias", &[LABELS], TensorType::F32, seed + 2);
        add("state_mean", &[WIDTH], TensorType::F32, seed + 3);
        add("state_whitening", &[WIDTH, WIDTH], TensorType::F16, seed + 4);
    }
    adapter
}

/// The bytes of both.
pub(crate) fn base_and_adapter() -> (Vec<u8>, Vec<u8>) {
    let base = base().file();
    let adapter = adapter(&base).file();
    (base, adapter)
}
