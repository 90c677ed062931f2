// Encodes small ONNX models. Field numbers are those of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).

/** A named tensor with fixed dimensions, an input or output of the graph; float32 where nothing else is said. */
interface OnnxValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type?: 'float32' | 'int64';
}

/** An attribute's value: an int, a list of ints, or a float, which has to say so. */
type OnnxAttributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Empty or missing: the standard operators. */
  readonly domain?: string;
  readonly attributes?: OnnxAttributes;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Constants, by the name nodes know them by. */
  readonly constants?: readonly (OnnxValue & { readonly data: Float32Array })[];
  /** Version of the standard operators. */
  readonly opset: number;
}

const dataTypes = { float32: 1, int64: 7 }; // TensorProto.DataType.FLOAT, INT64
const attributeTypes = { float: 1, int: 2, ints: 7 }; // AttributeProto.AttributeType.FLOAT, INT, INTS
const microsoft = 'com.microsoft';

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};

/** Base-128 number, low digit first; the high bit of a byte says that another follows. */
function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`onnx model: can encode only whole numbers from 0, got ${value}`);
  }
  const digits: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) digits.push((rest % 128) + 128);
  return Uint8Array.of(...digits, rest);
}

/** Wire type 0: a number. */
const number = (field: number, value: number) => joined([varint(field * 8), varint(value)]);
/** Wire type 5: four bytes, little-endian. */
const float = (field: number, value: number) =>
  joined([varint(field * 8 + 5), new Uint8Array(Float32Array.of(value).buffer)]);
/** Wire type 2: a length and so many bytes. */
const bytes = (field: number, content: Uint8Array) => joined([varint(field * 8 + 2), varint(content.length), content]);
const text = (field: number, content: string) => bytes(field, new TextEncoder().encode(content));
const message = (field: number, ...parts: Uint8Array[]) => bytes(field, joined(parts));

/** ValueInfoProto { name = 1, type = 2 { tensor_type = 1 { elem_type = 1, shape = 2 { dim = 1 { dim_value = 1 } } } } } */
function valueInfo(field: number, { name, shape, type = 'float32' }: OnnxValue): Uint8Array {
  const dimensions = shape.map((size) => message(1, number(1, size)));
  return message(field, text(1, name), message(2, message(1, number(1, dataTypes[type]), message(2, ...dimensions))));
}

/** What follows the name in AttributeProto { name = 1, f = 2, i = 3, ints = 8, type = 20 } */
function attribute(value: OnnxAttributes[string]): Uint8Array {
  if (typeof value === 'number') return joined([number(3, value), number(20, attributeTypes.int)]);
  if ('float' in value) return joined([float(2, value.float), number(20, attributeTypes.float)]);
  return joined([...value.map((item) => number(8, item)), number(20, attributeTypes.ints)]);
}

/** NodeProto { input = 1, output = 2, op_type = 4, attribute = 5, domain = 7 } */
function node({ operator, inputs, outputs, domain, attributes = {} }: OnnxNode): Uint8Array {
  return message(
    1,
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) => message(5, text(1, name), attribute(value))),
    ...(domain ? [text(7, domain)] : []),
  );
}

/** TensorProto { dims = 1, data_type = 2, name = 8, raw_data = 9 }; raw_data is little-endian, as WebAssembly's hosts are. */
function tensor({ name, shape, data }: NonNullable<OnnxGraph['constants']>[number]): Uint8Array {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(
    5,
    ...shape.map((size) => number(1, size)),
    number(2, dataTypes.float32),
    text(8, name),
    bytes(9, raw),
  );
}

/** OperatorSetIdProto { domain = 1, version = 2 } */
const operatorSet = (domain: string, version: number) => message(8, text(1, domain), number(2, version));

/**
 * The bytes of a ModelProto { ir_version = 1, graph = 7 { node = 1, name = 2, initializer = 5, input = 11, output = 12 },
 * opset_import = 8 }, ready for `InferenceSession.create`.
 */
export function encodeOnnxModel({ nodes, inputs, outputs, constants = [], opset }: OnnxGraph): Uint8Array {
  const graph = message(
    7,
    ...nodes.map(node),
    text(2, 'bench'),
    ...constants.map(tensor),
    ...inputs.map((value) => valueInfo(11, value)),
    ...outputs.map((value) => valueInfo(12, value)),
  );
  const extensions = nodes.some(({ domain }) => domain === microsoft) ? [operatorSet(microsoft, 1)] : [];
  return joined([number(1, 8), graph, operatorSet('', opset), ...extensions]);
}
