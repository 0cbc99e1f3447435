/** What a node of a line carries. It is in one line at most. */
export interface Link<Node> {
  previous: Node | undefined;
  next: Node | undefined;
}

/** A first-in-first-out line of nodes; any node leaves it in constant time. */
export class Line<Node extends Link<Node>> {
  #first: Node | undefined;
  #last: Node | undefined;

  get first(): Node | undefined {
    return this.#first;
  }

  append(node: Node): void {
    node.previous = this.#last;
    node.next = undefined;
    if (this.#last) this.#last.next = node;
    else this.#first = node;
    this.#last = node;
  }

  remove(node: Node): void {
    if (node.previous) node.previous.next = node.next;
    else this.#first = node.next;
    if (node.next) node.next.previous = node.previous;
    else this.#last = node.previous;
    node.previous = undefined;
    node.next = undefined;
  }
}
