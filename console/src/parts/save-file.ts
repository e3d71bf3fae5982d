/** Hands a file to the browser's downloads. What it holds is made in the page: nothing is asked of the service. */
export function saveFile(name: string, type: "text/csv" | "text/plain" | "application/json", text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
