# Completion of slackauditctl for fish. Written by `ninja completions` from the tables of the program.

# The verb and the words behind it, without options and their values.
function __slackauditctl_words
    set -l skip
    for word in (commandline -opc)[2..-1]
        if test -n "$skip"
            set skip
            continue
        end
        switch $word
            case --action --actor --base-url --config --credential --cursor --entity --format --from --latest --limit --oldest --output --source --to --token-file -c
                set skip yes
            case '-0*' '-1*' '-2*' '-3*' '-4*' '-5*' '-6*' '-7*' '-8*' '-9*'
                printf '%s\n' $word
            case '-*'
            case '*'
                printf '%s\n' $word
        end
    end
end

# Whether the line has this verb, and, where they are given, so many words behind it and this as the first.
function __slackauditctl_at
    set -l words (__slackauditctl_words)
    test "$words[1]" = "$argv[1]"; or return
    test (count $argv) -lt 2; or test (count $words) = (math 1 + $argv[2]); or return
    test (count $argv) -lt 3; or test "$words[2]" = "$argv[3]"
end

# What the configuration on the line calls its sources or outputs; nothing where that cannot be told.
function __slackauditctl_names
    set -l line (commandline -opc)
    set -l config
    set -l program (string replace -r '^~/' "$HOME/" -- $line[1])
    for place in (seq 2 (count $line))
        switch $line[$place]
            case -c --config
                set config $line[(math $place + 1)]
            case '--config=*'
                set config (string replace -- --config= '' $line[$place])
        end
    end
    if test -n "$config"
        $program --config (string replace -r '^~/' "$HOME/" -- $config) names $argv 2>/dev/null </dev/null
    else
        $program names $argv 2>/dev/null </dev/null
    end
end

# Several stand behind one another with commas between.
function __slackauditctl_actions
    printf '%s\n' user_login file_downloaded user_channel_join file_uploaded user_logout user_channel_leave user_login_failed anomaly user_created user_deactivated user_reactivated user_email_updated user_session_invalidated user_session_reset_by_admin user_logout_compromised guest_created guest_deactivated guest_expiration_set owner_transferred role_change_to_admin role_change_to_guest role_change_to_owner role_change_to_user role_assigned role_removed role_modified user_added_to_usergroup user_removed_from_usergroup custom_tos_accepted huddle_started huddle_ended external_auth_token_created external_auth_token_deleted workspace_created workspace_deleted workspace_accepted_migration organization_verified organization_public_url_updated emoji_added emoji_removed manual_export_started manual_export_completed manual_export_downloaded pref.allow_calls pref.sso_setting_changed pref.two_factor_auth_changed pref.retention_changed pref.who_can_manage_guests ekm_enrolled ekm_key_added approved_orgs_added file_download_blocked file_downloaded_blocked file_public_link_created file_public_link_revoked file_shared file_malicious_content_detected list_created list_shared public_channel_created private_channel_created public_channel_archive private_channel_archive public_channel_deleted public_channel_converted_to_private channel_moved channel_retention_changed channel_posting_permissions_updated guest_channel_join guest_channel_leave external_shared_channel_connected external_shared_channel_invite_sent app_installed app_uninstalled app_approved app_restricted app_scopes_expanded app_resources_added app_token_preserved bot_token_upgraded function_distribution_changed workflow_created workflow_deleted workflow_published workflow_responses_csv_download workflow_v2_published workflow_v2_unpublished barrier_created barrier_updated barrier_deleted message_tombstoned message_restored message_flagged
end

complete -c slackauditctl -f
complete -c slackauditctl -s c -l config -r -F -d 'the daemon\'s configuration (default /etc/slackauditd/slackauditd.yaml)'
complete -c slackauditctl -s j -l json -d 'print the answer as JSON'
complete -c slackauditctl -s V -l version -d 'print the version'
complete -c slackauditctl -s h -l help -d 'print the help; VERB --help prints that of a verb, and so does help VERB'

complete -c slackauditctl -n '__slackauditctl_at \'\'' -a status -d 'how every source and output is doing'
complete -c slackauditctl -n '__slackauditctl_at status' -l watch -d 'show it again and again, every 2 seconds or so often'

complete -c slackauditctl -n '__slackauditctl_at \'\'' -a health -d 'exit 0 when all is well, else 1 and why'

complete -c slackauditctl -n '__slackauditctl_at \'\'' -a reload -d 'read the configuration again; says what is wrong with it'

complete -c slackauditctl -n '__slackauditctl_at \'\'' -a checkpoint -d 'how far each source is read'
complete -c slackauditctl -n '__slackauditctl_at checkpoint 0' -a show -d 'checkpoint'
complete -c slackauditctl -n '__slackauditctl_at checkpoint 0' -a set -d 'checkpoint'
complete -c slackauditctl -n '__slackauditctl_at checkpoint 1 set' -a '(__slackauditctl_names sources)' -d 'sources'
complete -c slackauditctl -n '__slackauditctl_at checkpoint 2 set' -a 'now -1h -1d -7d' -d 'time'
complete -c slackauditctl -n '__slackauditctl_at checkpoint' -l redeliver -d 'send again to every output what comes after TIME'

complete -c slackauditctl -n '__slackauditctl_at \'\'' -a forget -d 'remove what is kept of a source or output that is not configured any more'
complete -c slackauditctl -n '__slackauditctl_at forget' -l source -x -d 'forget the checkpoint and the ids of this source'
complete -c slackauditctl -n '__slackauditctl_at forget' -l output -x -d 'forget the positions of this output'

complete -c slackauditctl -n '__slackauditctl_at \'\'' -a logs -d 'entries of the audit log, newest first'
complete -c slackauditctl -n '__slackauditctl_at logs' -l source -x -a '(__slackauditctl_names sources)' -d 'the token and settings of this source'
complete -c slackauditctl -n '__slackauditctl_at logs' -l token-file -r -F -d 'the token in this file, which others may not read'
complete -c slackauditctl -n '__slackauditctl_at logs' -l credential -x -d 'the token below $CREDENTIALS_DIRECTORY'
complete -c slackauditctl -n '__slackauditctl_at logs' -l base-url -x -d 'where the API is, for a token without a source'
complete -c slackauditctl -n '__slackauditctl_at logs' -l verbose -d 'tell each attempt on standard error'
complete -c slackauditctl -n '__slackauditctl_at logs' -l oldest -x -a 'now -1h -1d -7d' -d 'entries of this second and later'
complete -c slackauditctl -n '__slackauditctl_at logs' -l latest -x -a 'now -1h -1d -7d' -d 'entries of this second and earlier'
complete -c slackauditctl -n '__slackauditctl_at logs' -l limit -x -d 'entries a page, 1 to 9999'
complete -c slackauditctl -n '__slackauditctl_at logs' -l action -x -a '(__fish_complete_list , __slackauditctl_actions)' -d 'only these actions, at most 30'
complete -c slackauditctl -n '__slackauditctl_at logs' -l actor -x -d 'only what this user did'
complete -c slackauditctl -n '__slackauditctl_at logs' -l entity -x -d 'only what was done to this'
complete -c slackauditctl -n '__slackauditctl_at logs' -l cursor -x -d 'the page behind another one'
complete -c slackauditctl -n '__slackauditctl_at logs' -l all -d 'every page, not one; each entry once'
complete -c slackauditctl -n '__slackauditctl_at logs' -l format -x -a 'json ndjson table' -d 'of the answer: json (the default), ndjson or table'

complete -c slackauditctl -n '__slackauditctl_at \'\'' -a schemas -d 'the types of entities that Slack\'s API knows, as JSON'
complete -c slackauditctl -n '__slackauditctl_at schemas' -l source -x -a '(__slackauditctl_names sources)' -d 'the token and settings of this source'
complete -c slackauditctl -n '__slackauditctl_at schemas' -l token-file -r -F -d 'the token in this file, which others may not read'
complete -c slackauditctl -n '__slackauditctl_at schemas' -l credential -x -d 'the token below $CREDENTIALS_DIRECTORY'
complete -c slackauditctl -n '__slackauditctl_at schemas' -l base-url -x -d 'where the API is, for a token without a source'
complete -c slackauditctl -n '__slackauditctl_at schemas' -l verbose -d 'tell each attempt on standard error'

complete -c slackauditctl -n '__slackauditctl_at \'\'' -a actions -d 'the actions that Slack\'s API knows, as JSON'
complete -c slackauditctl -n '__slackauditctl_at actions' -l source -x -a '(__slackauditctl_names sources)' -d 'the token and settings of this source'
complete -c slackauditctl -n '__slackauditctl_at actions' -l token-file -r -F -d 'the token in this file, which others may not read'
complete -c slackauditctl -n '__slackauditctl_at actions' -l credential -x -d 'the token below $CREDENTIALS_DIRECTORY'
complete -c slackauditctl -n '__slackauditctl_at actions' -l base-url -x -d 'where the API is, for a token without a source'
complete -c slackauditctl -n '__slackauditctl_at actions' -l verbose -d 'tell each attempt on standard error'

complete -c slackauditctl -n '__slackauditctl_at \'\'' -a test -d 'one call of the API: is the token accepted, what time is it there, how many calls are left'
complete -c slackauditctl -n '__slackauditctl_at test' -l source -x -a '(__slackauditctl_names sources)' -d 'make one call of the API with the settings of this source'
complete -c slackauditctl -n '__slackauditctl_at test' -l output -x -a '(__slackauditctl_names outputs)' -d 'send one test message to this output'

complete -c slackauditctl -n '__slackauditctl_at \'\'' -a retry -d 'what the retry stack does with each failure, or what the default stack does'
complete -c slackauditctl -n '__slackauditctl_at retry 0' -a explain -d 'retry'
complete -c slackauditctl -n '__slackauditctl_at retry' -l source -x -a '(__slackauditctl_names sources)' -d 'the stack of this source'
complete -c slackauditctl -n '__slackauditctl_at retry' -l output -x -a '(__slackauditctl_names outputs)' -d 'the stack of this output'

complete -c slackauditctl -n '__slackauditctl_at \'\'' -a names -d 'the configured sources, a name a line'
complete -c slackauditctl -n '__slackauditctl_at names 0' -a sources -d 'names'
complete -c slackauditctl -n '__slackauditctl_at names 0' -a outputs -d 'names'

complete -c slackauditctl -n '__slackauditctl_at \'\'' -a verify -d 'ask Slack again what there was, and the ledger what every output got of it'
complete -c slackauditctl -n '__slackauditctl_at verify' -l source -x -a '(__slackauditctl_names sources)' -d 'whose entries'
complete -c slackauditctl -n '__slackauditctl_at verify' -l from -x -a 'now -1h -1d -7d' -d 'entries of this second and later'
complete -c slackauditctl -n '__slackauditctl_at verify' -l to -x -a 'now -1h -1d -7d' -d 'entries of this second and earlier; without it, up to now'
complete -c slackauditctl -n '__slackauditctl_at verify' -l repair -d 'have the daemon send what an output never got'

complete -c slackauditctl -n '__slackauditctl_at \'\'' -a backfill -d 'send again what Slack has of a range, to every output of the source or to one'
complete -c slackauditctl -n '__slackauditctl_at backfill 0' -a list -d 'backfill'
complete -c slackauditctl -n '__slackauditctl_at backfill 0' -a cancel -d 'backfill'
complete -c slackauditctl -n '__slackauditctl_at backfill' -l source -x -a '(__slackauditctl_names sources)' -d 'whose entries'
complete -c slackauditctl -n '__slackauditctl_at backfill' -l from -x -a 'now -1h -1d -7d' -d 'entries of this second and later'
complete -c slackauditctl -n '__slackauditctl_at backfill' -l to -x -a 'now -1h -1d -7d' -d 'entries of this second and earlier'
complete -c slackauditctl -n '__slackauditctl_at backfill' -l output -x -a '(__slackauditctl_names outputs)' -d 'for this output only'

complete -c slackauditctl -n '__slackauditctl_at \'\'' -a deadletter -d 'what receivers refused for good, and why'
complete -c slackauditctl -n '__slackauditctl_at deadletter 0' -a list -d 'deadletter'
complete -c slackauditctl -n '__slackauditctl_at deadletter 0' -a retry -d 'deadletter'
complete -c slackauditctl -n '__slackauditctl_at deadletter' -l output -x -a '(__slackauditctl_names outputs)' -d 'only the letters of this output'

complete -c slackauditctl -n '__slackauditctl_at \'\'' -a help -d 'print the help of a verb'
complete -c slackauditctl -n '__slackauditctl_at help 0' -a 'status health reload checkpoint forget logs schemas actions test retry names verify backfill deadletter' -d 'verb'
