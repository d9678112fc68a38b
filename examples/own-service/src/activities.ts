/** An Activity of your own: here it would open a ticket in the system of your support desk. Runs at least once. */
export async function openTicket(ticket: { id: string; order: string | null; urgent: boolean }): Promise<string> {
  return `ticket-${ticket.id}`;
}
