/** Base of every error DLV throws on purpose. The message names the function, the argument, what came and what was expected. */
export class DlvError extends Error {
  override name = 'DlvError';
}

/** A tensor or array has the wrong rank, size or element count. */
export class ShapeError extends DlvError {
  override name = 'ShapeError';
}

/** A value, an option name or a data type lies outside what the function accepts. */
export class ValueError extends DlvError {
  override name = 'ValueError';
}

/** A tensor or backend was used after `dispose()`. */
export class DisposedError extends DlvError {
  override name = 'DisposedError';
}

/** The backend's memory limit would be exceeded; nothing was written. */
export class OutOfMemoryError extends DlvError {
  override name = 'OutOfMemoryError';
}

/** The backend or the engine cannot do this; the message says why. */
export class UnsupportedError extends DlvError {
  override name = 'UnsupportedError';
}

/** A worker thread of a backend died and what it was doing cannot be repeated. */
export class WorkerLostError extends DlvError {
  override name = 'WorkerLostError';
}
