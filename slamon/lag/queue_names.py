"""What queues of several virtual hosts are called, no two the same: `shop/orders`, of `/` just `orders`."""

_DEFAULT = "/"
_LABEL = "vhost "


def queue_name(vhost: str, queue: str) -> str:
    """The name of a queue everywhere in slamon; the virtual host's part has `%25` and `%2F` for its own `%` and `/`."""
    if vhost == _DEFAULT and "/" not in queue:
        return queue
    return f"{vhost.replace('%', '%25').replace('/', '%2F')}/{queue}"


def vhost_label(vhost: str) -> str:
    """What a virtual host is called among the brokers of an observation."""
    return _LABEL + vhost


def label_of(name: str) -> str:
    """The label of the virtual host in which a queue of this name is."""
    vhost, slash, _ = name.partition("/")
    return vhost_label(vhost.replace("%2F", "/").replace("%25", "%") if slash else _DEFAULT)
