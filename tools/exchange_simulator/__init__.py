"""Five crypto exchanges as local HTTP servers, written from their documentation only."""
