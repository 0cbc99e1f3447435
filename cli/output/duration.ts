/** `41 ms`, `1.84 s`, `4 m 12 s`, `3 h 5 m`, `3 d 22 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const whole = Math.floor(seconds);
  const [minutes, hours, days] = [Math.floor(whole / 60), Math.floor(whole / 3600), Math.floor(whole / 86_400)];
  if (hours === 0) return `${minutes} m ${whole % 60} s`;
  if (days === 0) return `${hours} h ${minutes % 60} m`;
  return `${days} d ${hours % 24} h`;
}

/** Time of day to the millisecond, in the local zone. */
export function formatTime(ms: number): string {
  const at = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
