/** Calls `send` at most once per `milliseconds`: at once after a quiet time, and once more at the end of a burst. */
export function coalesce(send: () => void, milliseconds: number): () => void {
  let last = -Infinity;
  let timer: NodeJS.Timeout | null = null;
  const fire = (): void => {
    timer = null;
    last = Date.now();
    send();
  };
  return () => {
    if (timer) return;
    const wait = last + milliseconds - Date.now();
    if (wait <= 0) fire();
    else timer = setTimeout(fire, wait);
  };
}
