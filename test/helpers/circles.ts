/**
 * The circles of a graph: every set of two or more nodes that reach each other, and every node that names itself. Tarjan's
 * algorithm for strongly connected components.
 */
export function circles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];

  function visit(node: string): number {
    let low = order.size;
    order.set(node, low);
    open.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (open.includes(next)) low = Math.min(low, order.get(next) ?? low);
    }
    lowest.set(node, low);
    if (low === order.get(node)) {
      const component = open.splice(open.indexOf(node));
      if (component.length > 1 || edges.get(node)?.includes(node)) found.push(component.sort());
    }
    return low;
  }

  for (const node of edges.keys()) if (!order.has(node)) visit(node);
  return found;
}
