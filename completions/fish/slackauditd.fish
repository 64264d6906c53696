# Completion of slackauditd for fish. Written by `ninja completions` from the tables of the program.

complete -c slackauditd -f
complete -c slackauditd -s c -l config -r -F -d 'configuration (default /etc/slackauditd/slackauditd.yaml)'
complete -c slackauditd -s t -l test -d 'check the configuration and exit: 0 when it is right, 78 when not'
complete -c slackauditd -s T -l dump -d 'print the effective configuration, secrets redacted, and exit'
complete -c slackauditd -l once -d 'poll every source up to now, deliver all of it, and exit: 0, or 75 after ten tries of a source or output without progress'
complete -c slackauditd -s v -l verbose -d 'log debug lines too'
complete -c slackauditd -s q -l quiet -d 'log warnings and errors only'
complete -c slackauditd -s V -l version -d 'print the version'
complete -c slackauditd -s h -l help -d 'print this help'
