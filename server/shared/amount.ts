/** `2,051` */
export const amount = (count: number): string => count.toLocaleString("en-US");
